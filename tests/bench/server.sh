# The PostgreSQL that contestants are measured on, in turn. Sourced by run, versions, compare, history and raw_sql_limit;
# expects $dsn, $work and $here, and goes by $flush_ms, $memory_disk, $room_gib and $bin if they are set. Sets $admin_url,
# $durable (JSON), $postmaster (empty if it is not on this machine) and, per database, $database_url and $disk (JSON).
# shellcheck shell=bash disable=SC2034,SC2154

bench_database=fleet_bench

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }
# On the server, and on the database of the measurement.
admin() { sql "$admin_url" "$1"; }
query() { sql "$database_url" "$1"; }

# Uses the server of --dsn, or makes one. Refuses one that may lose what it acknowledged.
open_server() {
  own_server='' server_folder=''
  if [[ -z $dsn ]]; then
    make_server
  elif [[ -n ${flush_ms-}${memory_disk-} ]]; then
    echo '--flush_ms and --memory_disk are for a server that is made for the run: leave out --dsn.' >&2
    exit 2
  else
    admin_url=$dsn
    # What the disk is of a server that another of these scripts made is in its environment.
    if [[ $dsn != "${FLEET_BENCH_SERVER-}" ]]; then export FLEET_BENCH_DISK='"kind":"own"'; fi
  fi
  local setting value
  durable='{'
  for setting in fsync synchronous_commit full_page_writes; do
    value=$(admin "show $setting")
    if [[ $value != on ]]; then
      echo "$setting is $value: a benchmark of commits that may be lost says nothing. Set it to on." >&2
      exit 1
    fi
    durable+="\"$setting\":\"$value\","
  done
  durable=${durable%,}'}'
  find_postmaster
  database_url=$(url_of "${kept_database:-$bench_database}")
}

# Of a database on the server.
url_of() { sed -E "s#^(postgres(ql)?://[^/]+)(/[^?]*)?#\1/$1#" <<<"$admin_url"; }

# A server with --flush_ms and --memory_disk as given. Its folder is $work, or one in memory.
make_server() {
  local environment=() library=${bin:-$here/../../build/release/bin}/fleet_slow_flush.so kind=own details='' memory
  server_folder=$work
  if [[ -n ${memory_disk-} ]]; then
    memory=$(memory_folder)
    server_folder=$(mktemp -d "$memory/fleet_bench.XXXXXX")
  fi
  check_room "$server_folder" "${room_gib:-4}"
  if is_in_memory "$server_folder"; then kind=memory; fi
  if [[ -n ${flush_ms-} ]]; then
    if [[ ! $flush_ms =~ ^[0-9]+(\.[0-9]+)?$ ]]; then
      echo "--flush_ms is a number of milliseconds, not $flush_ms" >&2
      exit 2
    fi
    if [[ ! -f $library ]]; then
      echo "$library is missing. Build it: cmake --preset release &&" \
        "cmake --build --preset release --target fleet_slow_flush" >&2
      exit 1
    fi
    # A library that the server's user may not read would be left out without a word.
    install -m 755 "$library" "$server_folder/fleet_slow_flush.so"
    environment=("LD_PRELOAD=$server_folder/fleet_slow_flush.so" "FLEET_FLUSH_MS=$flush_ms")
    details=",\"flush_ms_asked\":$flush_ms,\"over\":\"$kind\""
    kind=preloaded
  fi
  # The server's own user must be able to enter.
  chmod 711 "$server_folder"
  own_server=$server_folder/postgres
  admin_url=$("$here/postgres" up "$own_server" "${environment[@]}")
  export PGPASSFILE=$own_server/pgpass FLEET_BENCH_SERVER=$admin_url FLEET_BENCH_DISK="\"kind\":\"$kind\"$details"
}

is_in_memory() { [[ $(stat -f -c %T "$1") == tmpfs ]]; }

# Where files are kept in memory.
memory_folder() {
  local folder
  for folder in "${TMPDIR:-/tmp}" /dev/shm; do
    if [[ -w $folder ]] && is_in_memory "$folder"; then
      echo "$folder"
      return
    fi
  done
  echo '--memory_disk needs a tmpfs that can be written: /dev/shm, or one that TMPDIR names' >&2
  exit 1
}

# Fails unless $1 has $2 GiB of room.
check_room() {
  local room memory
  room=$(df --output=avail -B1G "$1" | tail -n 1)
  if is_in_memory "$1"; then
    # It may be larger than the memory that is left.
    memory=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
    if ((memory < room)); then room=$memory; fi
  fi
  if ((room < $2)); then
    echo "$1 has room for $room GiB; the server may need $2" >&2
    exit 1
  fi
}

# Only a server on this machine whose files we may see.
find_postmaster() {
  local data
  data=$(admin "show data_directory")
  postmaster=''
  { read -r postmaster <"$data/postmaster.pid"; } 2>/dev/null || true
}

close_server() {
  if [[ -n ${own_server-} && -d ${own_server-} ]]; then "$here/postgres" down "$own_server" || true; fi
  if [[ -n ${server_folder-} && ${server_folder-} != "$work" ]]; then rm -rf "$server_folder"; fi
}

# Each measurement has a new database and starts after a checkpoint; with $kept_database in that one, which stays.
make_database() {
  if [[ -z ${kept_database-} ]]; then
    drop_database
    admin "create database $bench_database"
  fi
  measure_disk
  admin checkpoint
}

drop_database() {
  if [[ -n ${kept_database-} ]]; then return; fi
  PGOPTIONS='-c client_min_messages=warning' admin "drop database if exists $bench_database with (force)"
}

# How long the server takes to flush its log, by its own clock, while one client commits one small row 300 times; null
# where it counts otherwise (PostgreSQL 18). Sets $flush (milliseconds), $commit (as the client sees it) and $disk.
measure_disk() {
  local programs before after tries=0
  programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -n 1)
  query 'create table bench_commits (n bigint)'
  before=$(flushes)
  commit=$(PGOPTIONS='-c track_wal_io_timing=on' "$programs/pgbench" -n -t 300 \
    -f <(echo 'insert into bench_commits values (1);') "$database_url" 2>/dev/null |
    awk '/^latency average/ { print $(NF - 1) }')
  # Sessions hand in their statistics when they end, a moment after their client is gone.
  until after=$(flushes) && ((${after%% *} - ${before%% *} >= 300 || ++tries > 40)); do sleep 0.05; done
  flush=$(awk -v b="$before" -v a="$after" 'BEGIN {
    split(b, before); split(a, after); n = after[1] - before[1]
    if (n < 300) print "null"; else printf "%.4f", (after[2] - before[2]) / n }')
  query 'drop table bench_commits'
  disk="{\"flush_ms_measured\":$flush,$FLEET_BENCH_DISK}"
  if [[ -n ${flush_ms-} ]] && awk -v is="$commit" -v asked="$flush_ms" 'BEGIN { exit !(is < asked * 0.99) }'; then
    echo "The server commits in $commit ms: the library that makes a flush last $flush_ms ms has no effect" >&2
    exit 1
  fi
}

# How many times the server flushed its log, and the milliseconds that took.
flushes() { query "select wal_sync || ' ' || wal_sync_time from pg_stat_wal" 2>/dev/null || echo '0 0'; }

# What figures depend on: processors, versions, and how long a flush and a commit take.
describe_machine() {
  make_database
  drop_database
  printf '{"machine":{"processors":%d,"memory_gib":%d,"postgresql":"%s","flush_ms":%s,"commit_ms":%s},"disk":%s}\n' \
    "$(nproc)" "$(awk '/MemTotal/ { print int($2 / 1048576) }' /proc/meminfo)" \
    "$(admin 'show server_version' | cut -d' ' -f1)" "$flush" "${commit:-null}" "$disk"
}
