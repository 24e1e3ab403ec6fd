#!/bin/sh
# supervise.sh FOLDER COMMAND [ARGUMENT...]: runs the command until standard input ends, then ends all of its process
# group and deletes FOLDER.
#
# Standard input is a socket whose other end only the tests hold: however their process ends, the kernel closes it. Should
# this script itself be killed, the command gets a SIGKILL from the kernel.
folder=$1
shift
cd "$folder" || exit
# A shell starts what runs in the background with SIGINT and SIGQUIT ignored.
setsid env --default-signal setpriv --pdeathsig KILL "$@" </dev/null >"$folder/log" 2>&1 &
group=$!
echo "$group"
exec >/dev/null
cat >/dev/null

# The process too: it may not have come to its group yet.
kill -s KILL -- "-$group" "$group" 2>/dev/null
wait "$group"
# A member that writes a last file would leave the folder behind.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  kill -s 0 -- "-$group" 2>/dev/null || break
  sleep 0.1
done
cd /
rm -rf -- "$folder"
