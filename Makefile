# The commands anyone needs to know. `make help` lists them.
.DEFAULT_GOAL := help
# Unoptimised as the tests, so that nothing is built twice.
CHAOS := cargo run --locked -q -p quoalise-tests --all-features --bin quoalise-chaos --

# What `make wheel` and `make jar` build for, each after `rustup target add`. zig links for old versions of the C library, and for
# other processors: tried were also aarch64-unknown-linux-gnu and x86_64-unknown-linux-musl. All of them go into one jar.
TARGETS := x86_64-unknown-linux-gnu

.PHONY: help setup build test demo bench fuzz chaos soak bindings jar php wheel fmt lint clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

setup: ## install what is missing: Debian packages, .venv, .tools
	@tests/setup

build: ## build everything, unoptimised
	@tests/setup system
	cargo build --workspace --all-features

test: setup ## all tests; `tests/run NAME` runs one step
	@tests/run

demo: ## a week of readings from a sandbox provider, in a minute
	@tests/setup system
	@tests/demo

bench: ## measure, and write docs/performance.md
	@tests/setup system python
	@. .venv/bin/activate && tests/bench/run

fuzz: ## feed the readers nonsense until one breaks
	@tests/setup system
	@tests/fuzz

chaos: ## cut connections, take servers down and kill programs, and see what is lost
	@tests/setup system
	@$(CHAOS)
	@$(CHAOS) --kill 20

soak: ## measure a client over many pushes and reconnects, the Java library over 100,000 pushes, and PHP over 10,000 pages
	@tests/setup system
	@bindings-java/develop
	@$(CHAOS) soak
	@bindings-java/test -Dtest=SoakTest -Dquoalise.pushes=100000
	@bindings-php/develop
	@QUOALISE_PAGES=10000 bindings-php/test fpm:

bindings: ## write the mechanical part of the wrappers, from core/src/ffi and uniffi.toml
	@tests/setup system python
	@core/bindgen/run

jar: ## the jar of the Java library with native libraries for TARGETS in it, its sources and Javadoc, as a Maven repository in dist/maven
	@tests/setup system python
	@. .venv/bin/activate && bindings-java/jar dist/maven $(TARGETS)
	@tests/jar --release dist/maven

php: ## the PHP extension for the PHP whose php-config is there, dist/quoalise.so, and a Debian package of it
	@tests/setup system
	@bindings-php/deb dist
	@cp $(or $(CARGO_TARGET_DIR),target)/release/libquoalise_php.so dist/quoalise.so
	@tests/libraries.py dist/quoalise.so

wheel: ## wheels of the Python package for Linux, and its source, in dist; needs `rustup target add` of what is in TARGETS
	@tests/setup system python
	@. .venv/bin/activate && for target in $(TARGETS); do \
		core/release maturin build --quiet --release --locked --zig --target $$target --manifest-path bindings-python/Cargo.toml --out dist || exit; \
	done
	@. .venv/bin/activate && maturin sdist --manifest-path bindings-python/Cargo.toml --out dist
	@. .venv/bin/activate && tests/wheel

fmt: ## format the sources
	cargo fmt --all
	@tests/setup python
	.venv/bin/ruff format -q bindings-python

lint: ## formatting, clippy, licences and doubled crates
	@tests/setup system tools
	@tests/run rustfmt clippy deny

clean: ## remove all that was built or installed here
	cargo clean
	rm -rf .venv .tools
