#
#   by hand    sudo sh gonogo-backup.sh
#   over ssh   ssh <master> sudo env ONLY=followers sh -s < gonogo-backup.sh
#   bootstrap  sh gonogo-backup.sh bootstrap <folder genconf>       config.yaml, ip-detect, digest of the licence
#
# The leading master comes last: run it everywhere with ONLY=followers first, then everywhere with ONLY=leader.
#
#   OUT=<folder>             where the backups go (default /var/tmp/gonogo-backup); never overwritten, readable by root alone
#   ONLY=followers | leader  do nothing on the others (default: whatever host this is)
#   MARATHON_STOPPED=yes|no  you know that every Marathon of the cluster was stopped, or was not
#   WITH_DCOS_ZK=yes         where the release has dcos-zk: stops Exhibitor on this master and saves ZooKeeper consistently
#   FORCE=yes                although this host runs another release
#
# Nothing is changed in the cluster except by WITH_DCOS_ZK. Exit status: 0 all taken, 3 something was not, 2 usage.
# shellcheck disable=SC2317
set -u
umask 077

# Everything stands in one function: a script that arrives cut does nothing.
gonogo_backup() {
LC_ALL=C
export LC_ALL
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin
ROOT=${ROOT:-}
OUT=${OUT:-$ROOT/var/tmp/gonogo-backup}
ONLY=${ONLY:-all}
ROLE=${1:-master}
failed=0
kept=

say() { printf '%s\n' "$*"; }
not_taken() {
  failed=1
  say "NOT TAKEN: $*"
}
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

# Asks ZooKeeper on this host; says nothing where there is no way to ask.
four() {
  if command -v nc >/dev/null 2>&1; then
    printf '%s' "$1" | nc -w 5 127.0.0.1 2181
  elif command -v ncat >/dev/null 2>&1; then
    printf '%s' "$1" | ncat -w 5 127.0.0.1 2181
  elif command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
    # shellcheck disable=SC2016
    timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/2181 && printf %s "$1" >&3 && cat <&3' four "$1" </dev/null
  fi 2>/dev/null
}
count() { four mntr | awk -v key="$1" '$1 == key && $2 ~ /^[0-9]+$/ { print $2; exit }'; }
serving() { [ "$(four ruok)" = imok ]; }

digest() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1"
  else
    openssl dgst -sha256 -r <"$1"
  fi 2>/dev/null | awk '{ print $1; exit }'
}

# One line of the record; nothing where nothing is known.
line() { [ -z "$2" ] || printf '%s=%s\n' "$1" "$2"; }

# enough <folder>: is there room for as much as that folder holds, and a tenth more?
enough() {
  size=$(du -sk "$1" 2>/dev/null | awk '{ print $1; exit }')
  free=$(df -Pk "$OUT" 2>/dev/null | awk 'NR == 2 { print $4; exit }')
  case "$size$free" in
    '' | *[!0-9]*) return 0 ;;
  esac
  [ "$free" -gt $((size + size / 10 + 10240)) ]
}

# take <way> <beginning> <ending> <what must be there> <folder of that size> <whether ZooKeeper is stopped> <function>
take() {
  way=$1 file=$OUT/$2-$NAME$3 needs=$4 room=$5 stopped=$6 run=$7
  if [ -n "$needs" ] && [ ! -e "$needs" ]; then
    not_taken "$2: $needs is not there"
    return
  fi
  for there in "$file" "$file.part" "$file.record" "$file.stderr"; do
    if [ -e "$there" ]; then
      not_taken "$2: $there exists, and nothing is overwritten"
      return
    fi
  done
  if [ -n "$room" ] && ! enough "$room"; then
    not_taken "$2: $OUT has not as much room as $room takes"
    return
  fi
  part=$file.part
  began=$(now)
  znodes_before=$(count zk_znode_count)
  ephemerals_before=$(count zk_ephemerals_count)
  if [ -z "$stopped" ] && serving; then stopped=false; fi
  "$run" </dev/null 2>"$file.stderr"
  status=$?
  ended=$(now)
  znodes_after=$(count zk_znode_count)
  if [ ! -s "$part" ]; then
    not_taken "$2: the tool ended with $status and left nothing; see $file.stderr"
    return
  fi
  if {
    line way "$way"
    line host "$HOST"
    line exit-status "$status"
    line began "$began"
    line ended "$ended"
    line znodes-before "$znodes_before"
    line znodes-after "$znodes_after"
    line ephemerals-before "$ephemerals_before"
    line marathon-stopped "$marathon"
    line zookeeper-stopped "$stopped"
    line leading "$leading"
    line release "$runs"
    line cluster-id "$cluster"
    line sha256 "$(digest "$part")"
  } >"$file.record" && mv "$part" "$file"; then
    kept="$kept $file"
  else
    not_taken "$2: $file could not be written"
    return
  fi
  if [ "$status" = 0 ]; then
    say "taken: $file"
  elif [ "$way" = tar ] && [ "$status" = 1 ]; then
    say "taken: $file (tar ended with 1: a file changed while it was read, as files of a running ZooKeeper do)"
  else
    not_taken "$2: the tool ended with $status; what it left is in $file, what it said in $file.stderr"
  fi
}

# Names, sizes, owners; never contents.
inventory() {
  printf '# %s\n' 'below /var/lib/dcos, /var/lib/mesos, /var/lib/zookeeper' >"$part"
  find "$ROOT/var/lib/dcos" "$ROOT/var/lib/mesos" "$ROOT/var/lib/zookeeper" -xdev -exec ls -ldn {} + 2>/dev/null >>"$part"
  # A folder that this release does not have is no failure.
  return 0
}

# Of certificates: mode, owner, size, and the digest of the public key. Of keys: mode, owner and size alone.
certificates() {
  printf '# %s\n' 'below /run/dcos/pki, /var/lib/dcos/pki, /var/lib/dcos/exhibitor-tls-artifacts' >"$part"
  find "$ROOT/run/dcos/pki" "$ROOT/var/lib/dcos/pki" "$ROOT/var/lib/dcos/exhibitor-tls-artifacts" -xdev -type f 2>/dev/null |
    sort | while IFS= read -r one; do
      what=$(ls -ldn "$one")
      if grep -q 'PRIVATE KEY' "$one" 2>/dev/null; then
        public='holds a private key: not read'
      else
        public=$(openssl x509 -noout -pubkey <"$one" 2>/dev/null | openssl dgst -sha256 -r 2>/dev/null | awk '{ print $1; exit }')
        grep -q 'BEGIN CERTIFICATE' "$one" 2>/dev/null || public='no certificate'
      fi
      printf '%s  %s\n' "$what" "public key: ${public:-cannot be read}"
    done >>"$part"
}

# Digests of what the installer left; never contents.
settings() {
  for one in /opt/mesosphere/bin/detect_ip /opt/mesosphere/etc/user.config.yaml /opt/mesosphere/etc/expanded.config.json \
    /opt/mesosphere/etc/dcos-version.json /var/lib/dcos/cluster-id; do
    if [ -f "$ROOT$one" ]; then
      printf '%s  %s  %s\n' "$(digest "$ROOT$one")" "$(ls -ldn "$ROOT$one")" "$one"
    else
      printf 'not there  %s\n' "$one"
    fi
  done >"$part"
}

ended() {
  if [ -n "$kept" ]; then
    say ''
    say 'Next: copy these off the cluster, each with the .record beside it, and look at them there:'
    for one in $kept; do say "  $one"; done
    say '  gonogo backup inspect <files>'
    say '  gonogo backup drill <file>                      where a ZooKeeper is installed'
    say '  gonogo collect --phase pre --backup <file> ...  with --recipient age1...'
  fi
  exit $((failed * 3))
}

HOST=$("$ROOT/opt/mesosphere/bin/detect_ip" </dev/null 2>/dev/null | awk 'NR == 1 { print $1; exit }')
leading=
if [ -n "$HOST" ]; then
  leader=$(getent hosts leader.mesos </dev/null 2>/dev/null | awk 'NR == 1 { print $1; exit }')
  if [ -n "$leader" ]; then
    leading=false
    if [ "$leader" = "$HOST" ]; then leading=true; fi
  fi
else
  HOST=$(hostname)
fi
HOST=$(printf '%s' "$HOST" | tr -c 'A-Za-z0-9.\n-' _)
NAME=$HOST-$(date -u +%Y%m%dT%H%M%SZ)
case "${MARATHON_STOPPED:-}" in
  yes) marathon=true ;;
  no) marathon=false ;;
  '') marathon= ;;
  *) say 'MARATHON_STOPPED is yes or no'; exit 2 ;;
esac
runs=
for one in "$ROOT/opt/mesosphere/etc/dcos-version.json" "$ROOT/opt/mesosphere/active/dcos-metadata/etc/dcos-version.json"; do
  [ -n "$runs" ] || runs=$(sed -n 's/.*"version"[^"]*"\([0-9][^"]*\)".*/\1/p' "$one" 2>/dev/null | sed -n 1p)
done
cluster=$(sed -n 1p "$ROOT/var/lib/dcos/cluster-id" 2>/dev/null | tr -cd 'A-Za-z0-9-')

case "$ONLY" in
  all) ;;
  followers)
    if [ "$leading" = true ]; then say "$HOST leads: its turn is the last, with ONLY=leader"; exit 0; fi ;;
  leader)
    if [ "$leading" != true ]; then say "$HOST does not lead: nothing to do"; exit 0; fi ;;
  *) say 'ONLY is followers or leader'; exit 2 ;;
esac
case "$ROLE" in
  master)
    if [ -n "$runs" ] && [ "$runs" != "$RELEASE" ] && [ "${FORCE:-}" != yes ]; then
      say "This host runs DC/OS $runs, and this script is for $RELEASE: make one with gonogo backup script --from $runs"
      exit 2
    fi ;;
  bootstrap) ;;
  *) say "$0 [master | bootstrap <folder genconf>]"; exit 2 ;;
esac
if ! mkdir -p "$OUT" || ! chmod 700 "$OUT"; then
  say "$OUT cannot be made"
  exit 2
fi
trap 'say "interrupted: files that end in .part are not whole"; exit 130' HUP INT TERM
