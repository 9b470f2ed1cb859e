# What cargo is told, and where that leaves what it has built.
QUOALISE_BUILD = --release --locked -p quoalise-php
QUOALISE_PROFILE = release
QUOALISE_ROOT = $(srcdir)/../..

# Cargo knows what is to be built anew.
.PHONY: $(phplibdir)/quoalise.so
$(phplibdir)/quoalise.so:
	cd $(QUOALISE_ROOT) && PHP=$(PHP_EXECUTABLE) PHP_CONFIG=$(QUOALISE_PHP_CONFIG) $(CARGO) build $(QUOALISE_BUILD)
	mkdir -p $(phplibdir)
	strip --strip-unneeded -o $@ "$${CARGO_TARGET_DIR:-$(QUOALISE_ROOT)/target}/$(QUOALISE_PROFILE)/libquoalise_php.so"
