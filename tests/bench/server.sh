# The PostgreSQL that contestants are measured on, in turn. Sourced by run and compare; expects $dsn, $work and $here.
# Sets $admin_url, $durable (JSON), $postmaster (empty if it is not on this machine) and, per database, $database_url.
# shellcheck shell=bash disable=SC2034,SC2154

bench_database=fleet_bench

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$1" -c "$2"; }
# On the server, and on the database of the measurement.
admin() { sql "$admin_url" "$1"; }
query() { sql "$database_url" "$1"; }

# Uses the server of --dsn, or makes one. Refuses one that may lose what it acknowledged.
open_server() {
  own_server=''
  if [[ -n $dsn ]]; then
    admin_url=$dsn
  else
    own_server=$work/postgres
    # The server's own user must be able to enter.
    chmod 711 "$work"
    admin_url=$("$here/postgres" up "$own_server")
    export PGPASSFILE=$own_server/pgpass
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
  database_url=$(sed -E "s#^(postgres(ql)?://[^/]+)(/[^?]*)?#\1/$bench_database#" <<<"$admin_url")
}

# Only a server on this machine whose files we may see.
find_postmaster() {
  local data
  data=$(admin "show data_directory")
  postmaster=''
  { read -r postmaster <"$data/postmaster.pid"; } 2>/dev/null || true
}

close_server() {
  if [[ -n ${own_server-} && -d ${own_server-} ]]; then "$here/postgres" down "$own_server"; fi
}

# Each measurement has a new database and starts after a checkpoint.
make_database() {
  drop_database
  admin "create database $bench_database"
  admin checkpoint
}

drop_database() {
  PGOPTIONS='-c client_min_messages=warning' admin "drop database if exists $bench_database with (force)"
}

# What figures depend on: processors, versions, and how long a flush and a commit take.
describe_machine() {
  local programs flush commit
  programs=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -n 1)
  # Microseconds of one flush by fdatasync, the method in use.
  flush=$(cd "$work" && "$programs/pg_test_fsync" -s 1 -f "$work/flushed" 2>/dev/null |
    awk '$1 == "fdatasync" { print $(NF - 1); exit }')
  make_database
  query "create table commits (n bigint)"
  # Milliseconds of one commit of one small row, one client.
  commit=$("$programs/pgbench" -n -T 3 -f <(echo 'insert into commits values (1);') "$database_url" 2>/dev/null |
    awk '/^latency average/ { print $(NF - 1) }')
  drop_database
  printf '{"machine":{"processors":%d,"memory_gib":%d,"postgresql":"%s","flush_us":%s,"commit_ms":%s}}\n' \
    "$(nproc)" "$(awk '/MemTotal/ { print int($2 / 1048576) }' /proc/meminfo)" \
    "$(admin 'show server_version' | cut -d' ' -f1)" "${flush:-null}" "${commit:-null}"
}
