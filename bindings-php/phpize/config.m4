dnl For `phpize && ./configure && make && make install`, which PIE does too. Cargo builds; nothing is compiled by this itself.
PHP_ARG_ENABLE([quoalise], [for Quoalise], [AS_HELP_STRING([--disable-quoalise], [Without Quoalise])], [yes])

if test "$PHP_QUOALISE" != no; then
  AC_PATH_PROG([CARGO], [cargo])
  if test -z "$CARGO"; then
    AC_MSG_ERROR([Rust's cargo is needed, 1.88 or newer])
  fi
  QUOALISE_PHP_CONFIG=`command -v $PHP_CONFIG`
  PHP_SUBST(CARGO)
  PHP_SUBST(QUOALISE_PHP_CONFIG)
  PHP_MODULES="$PHP_MODULES \$(phplibdir)/quoalise.so"
  PHP_ADD_BUILD_DIR([modules])
  PHP_ADD_MAKEFILE_FRAGMENT([$abs_srcdir/Makefile.frag], [$abs_srcdir], [$abs_builddir])
fi
