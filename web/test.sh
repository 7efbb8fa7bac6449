#!/usr/bin/env bash
# Runs the page in Chromium: the system's, or the one that CHROMIUM names. As root on Debian it installs a missing one.
# Without a browser the tests are left out with one sentence; under CI=true that is a failure.
set -euo pipefail
cd "$(dirname "$0")"
browser=${CHROMIUM:-/usr/bin/chromium}
if [ ! -x "$browser" ] && [ -z "${CHROMIUM:-}" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Chromium with apt-get"
  (apt-get update && apt-get install --yes --no-install-recommends chromium) >/dev/null 2>&1 || true
fi
if [ ! -x "$browser" ]; then
  echo "the page was not tested: there is no Chromium at $browser; install it, or set CHROMIUM to its path" >&2
  [ "${CI:-}" != true ]
  exit
fi
exec npx --no-install playwright test "$@"
