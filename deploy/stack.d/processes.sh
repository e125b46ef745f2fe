# Background processes by name, recorded in $dir/run. Sourced by deploy/stack; expects $dir.
# shellcheck shell=bash disable=SC2154

# When process $1 started, in clock ticks since boot: with the number it tells a process from a later one of the
# same number. Empty if there is none or it only waits to be reaped.
start_time() {
  local stat
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 0
  # The second field is the program's name, which may hold anything; the fields after its last ")" do not.
  read -ra stat <<<"${stat##*) }"
  if [[ ${stat[0]} != Z && ${stat[0]} != X ]]; then echo "${stat[19]}"; fi
}

# Prints the number of the running process recorded as $1; fails if it does not run (any more).
pid_of() {
  local pid started
  { read -r pid started <"$dir/run/$1"; } 2>/dev/null || return 1
  if [[ -z $started || $(start_time "$pid") != "$started" ]]; then return 1; fi
  echo "$pid"
}

record_process() {
  echo "$2 $(start_time "$2")" >"$dir/run/$1"
}

# Starts "$@" (after the name) in a session of its own, so that neither Ctrl-C nor the end of the terminal reaches it.
start_process() {
  local name=$1
  shift
  setsid "$@" </dev/null >>"$dir/log/$name.log" 2>&1 9>&- &
  record_process "$name" $!
  disown
}

# Waits until process $1, which started at $2, has ended; at most $3 seconds.
wait_ended() {
  local deadline=$((SECONDS + $3))
  while [[ -n $2 && $(start_time "$1") == "$2" ]]; do
    if ((SECONDS >= deadline)); then return 1; fi
    sleep 0.05
  done
}

# Waits until the recorded process $1 is gone; at most $2 seconds.
wait_gone() {
  local pid started
  { read -r pid started <"$dir/run/$1"; } 2>/dev/null || return 0
  wait_ended "$pid" "$started" "$2"
}

# Asks all of "$@" (after the grace in seconds) to end, and ends those that do not in time.
stop_processes() {
  local grace=$1 name pid deadline
  shift
  for name in "$@"; do
    if pid=$(pid_of "$name"); then kill -TERM "$pid" 2>/dev/null || true; fi
  done
  deadline=$((SECONDS + grace))
  for name in "$@"; do
    local left=$((deadline - SECONDS))
    if ! wait_gone "$name" $((left > 0 ? left : 0)) && pid=$(pid_of "$name"); then
      echo "$name did not end within $grace s: killed" >&2
      kill -KILL "$pid" 2>/dev/null || true
      wait_gone "$name" 10 || true
    fi
    rm -f "$dir/run/$name"
  done
}

port_is_free() {
  ! (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Chooses a port for "$1": the one it had, else the first free one from $2 that no other part of this stack has.
choose_port() {
  local name=$1 port=$2 had
  if { read -r had <"$dir/ports/$name"; } 2>/dev/null && port_is_free "$had"; then
    echo "$had"
    return
  fi
  rm -f "$dir/ports/$name"
  while ! port_is_free "$port" || grep -qsx "$port" "$dir"/ports/*; do port=$((port + 1)); done
  echo "$port" >"$dir/ports/$name"
  echo "$port"
}

port_of() {
  cat "$dir/ports/$1" 2>/dev/null || echo -
}
