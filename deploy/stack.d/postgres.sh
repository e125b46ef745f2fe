# The stack's PostgreSQL. Sourced by deploy/stack; expects $dir and processes.sh.
# shellcheck shell=bash disable=SC2154

# Files that belong to PostgreSQL: in the stack's folder, or, when PostgreSQL runs as another user who cannot reach
# that folder (a clone under /root), in /var/lib/fleet-stack-<hash of the folder's path>.
postgres_home() {
  if [[ -r $dir/postgres_home ]]; then cat "$dir/postgres_home"; else echo "$dir/postgres"; fi
}

# Runs "$@" as the user PostgreSQL runs as: it refuses root.
as_postgres() {
  if [[ $(id -u) -eq 0 ]]; then
    # From a folder that this user can enter.
    (cd / && exec setpriv --reuid=postgres --regid=postgres --init-groups -- "$@")
  else
    "$@"
  fi
}

find_postgres_programs() {
  local bin
  bin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -t/ -k5 -n | tail -n 1)
  if [[ -z $bin ]]; then fail "PostgreSQL is not installed: run deploy/install_packages"; fi
  echo "$bin"
}

make_password() { od -An -N24 -tx1 /dev/urandom | tr -d ' \n'; }

choose_postgres_home() {
  local home=$dir/postgres
  if [[ $(id -u) -eq 0 ]]; then
    # Others may pass through the folder, not list it; what is private in it has modes of its own.
    chmod 711 "$dir"
    if ! as_postgres test -x "$dir"; then home=/var/lib/fleet-stack-$(printf %s "$dir" | sha256sum | cut -c1-16); fi
    mkdir -p "$home"
    chown postgres:postgres "$home"
    chmod 700 "$home"
  else
    mkdir -p "$home"
  fi
  echo "$home" >"$dir/postgres_home"
}

# initdb into another name first: an interrupted one leaves nothing that looks finished.
initialize_postgres() {
  local bin=$1 home=$2
  make_password >"$dir/postgres_password"
  as_postgres rm -rf "$home/data.new"
  as_postgres tee "$home/password" <"$dir/postgres_password" >/dev/null
  as_postgres "$bin/initdb" -D "$home/data.new" -U postgres -E UTF8 --locale=C.UTF-8 --auth=scram-sha-256 \
    --pwfile="$home/password" >"$dir/log/initdb.log" 2>&1 ||
    fail_with_log initdb "PostgreSQL's files could not be made"
  as_postgres rm "$home/password"
  as_postgres tee -a "$home/data.new/postgresql.conf" >/dev/null <<'SETTINGS'
# What follows was written by deploy/stack. Commits are durable: the stack keeps what it acknowledged.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
synchronous_commit = on
full_page_writes = on
max_connections = 200
shared_buffers = 128MB
max_wal_size = 4GB
log_line_prefix = '%m [%p] %u@%d '
timezone = 'UTC'
SETTINGS
  as_postgres mv "$home/data.new" "$home/data"
}

postgres_pid() {
  local home pid
  home=$(postgres_home)
  { read -r pid <"$home/data/postmaster.pid"; } 2>/dev/null || return 1
  # A server's working directory is its data directory.
  if [[ $(readlink "/proc/$pid/cwd" 2>/dev/null) != "$home/data" ]]; then return 1; fi
  echo "$pid"
}

# SQL from standard input, as the superuser $1 or $2's owner. Passwords go by the environment, SQL by a pipe.
run_sql() {
  local user=$1 database=$2 password_file=$3
  PGPASSWORD=$(cat "$password_file") psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$(port_of postgres)" \
    -U "$user" -d "$database"
}

create_database() {
  local password
  if [[ ! -s $dir/fleet_password ]]; then make_password >"$dir/fleet_password"; fi
  password=$(cat "$dir/fleet_password")
  run_sql postgres postgres "$dir/postgres_password" <<SQL >>"$dir/log/initdb.log" 2>&1 ||
SELECT 'CREATE ROLE fleet LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'fleet') \\gexec
ALTER ROLE fleet PASSWORD '$password';
SELECT 'CREATE DATABASE fleet OWNER fleet' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'fleet') \\gexec
SQL
    fail_with_log initdb "the role and the database could not be made"
  echo "postgresql://fleet:$password@127.0.0.1:$(port_of postgres)/fleet" >"$dir/database_url"
}

start_postgres() {
  local bin home port
  bin=$(find_postgres_programs)
  if [[ ! -s $dir/postgres_home ]]; then choose_postgres_home; fi
  home=$(postgres_home)
  if ! as_postgres test -s "$home/data/PG_VERSION"; then initialize_postgres "$bin" "$home"; fi
  port=$(choose_port postgres 7432)
  echo "starting PostgreSQL on 127.0.0.1:$port"
  as_postgres "$bin/pg_ctl" -D "$home/data" -l "$home/log" -o "-p $port" -w -t 60 -s start </dev/null >/dev/null 2>&1 9>&- || {
    as_postgres tail -n 20 "$home/log" >&2
    fail "PostgreSQL did not start; the lines above are the end of $home/log"
  }
  create_database
}

stop_postgres() {
  local home pid started
  if ! pid=$(postgres_pid); then return; fi
  started=$(start_time "$pid")
  home=$(postgres_home)
  # Clients are gone by now; "fast" disconnects those that are not ours.
  if ! as_postgres "$(find_postgres_programs)/pg_ctl" -D "$home/data" -m fast -w -t 60 -s stop </dev/null; then
    echo "PostgreSQL did not stop within 60 s: it will recover at its next start" >&2
    as_postgres "$(find_postgres_programs)/pg_ctl" -D "$home/data" -m immediate -w -t 60 -s stop </dev/null ||
      fail "PostgreSQL (process $pid) could not be stopped"
  fi
  # pg_ctl waits for the server's pid file to go, which goes before the server does.
  wait_ended "$pid" "$started" 10 || fail "PostgreSQL (process $pid) was stopped and has not ended"
}
