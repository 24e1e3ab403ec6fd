#!/bin/sh
# package.sh BINARY ZIP: packs the function's program with every library it loads, so that it runs wherever there is a
# kernel and a shell: AWS Lambda's provided.al2023, or a bare folder. The same input makes the same zip.
#
# The program is started by the loader that it was linked for, not by the machine's own: glibc has to be as new as the one
# on the machine that built it.
set -eu
binary=$1
zip=$2
case $zip in /*) ;; *) zip=$PWD/$zip ;; esac

parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
# px and not lib: Lambda's LD_LIBRARY_PATH names lib, and other programs of the machine must not load these.
mkdir "$parts/px"

libraries=$(ldd "$binary" | awk '/=> \//{print $3}')
loader=$(ldd "$binary" | awk '$1 ~ /^\/.*\/ld-linux/{print $1}')
if [ -z "$loader" ] || ldd "$binary" | grep -q 'not found'; then
  echo "package.sh: what $binary loads cannot be told:" >&2
  ldd "$binary" >&2
  exit 1
fi
for file in $libraries; do
  install -m 644 "$file" "$parts/px/"
done
install -m 755 "$loader" "$parts/px/"
install -m 755 "$binary" "$parts/px/bootstrap"
strip "$parts/px/bootstrap"

cat >"$parts/bootstrap" <<LAUNCHER
#!/bin/sh
: "\${LAMBDA_TASK_ROOT:=\${0%/*}}"
exec "\$LAMBDA_TASK_ROOT/px/${loader##*/}" --library-path "\$LAMBDA_TASK_ROOT/px" "\$LAMBDA_TASK_ROOT/px/bootstrap" "\$@"
LAUNCHER
chmod 755 "$parts/bootstrap"

# One time for all, in an order that no file system decides.
find "$parts" -exec touch -d '2000-01-01T00:00:00Z' {} +
mkdir -p "${zip%/*}"
rm -f "$zip"
cd "$parts"
find bootstrap px -type f | LC_ALL=C sort | TZ=UTC zip -X -q "$zip" -@
