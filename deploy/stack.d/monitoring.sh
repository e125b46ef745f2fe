# The stack's Prometheus, Alertmanager and, where it is installed, Grafana. Sourced by deploy/stack; expects $dir,
# $root, $here and processes.sh.
# shellcheck shell=bash disable=SC2154

# A stack that was once watched is watched until it is purged.
is_monitored() { [[ -d $dir/monitoring ]]; }

# What of it this machine can run, in the order of starting.
monitors() {
  echo alertmanager
  echo prometheus
  if grafana_program >/dev/null; then echo grafana; fi
}

# Newer packages have "grafana server", older ones "grafana-server".
grafana_program() { command -v grafana-server || command -v grafana; }

find_monitoring_programs() {
  local program
  for program in prometheus prometheus-alertmanager; do
    command -v "$program" >/dev/null || fail "$program is missing: run deploy/install_packages --monitoring"
  done
}

# Whether http://127.0.0.1:$1$2 answers 200.
answers_ok() {
  local line
  {
    exec 8<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n' "$2" >&8
    read -r -t 2 line <&8 || line=''
    exec 8>&-
  } 2>/dev/null
  [[ $line == HTTP/1.?\ 200* ]]
}

# A list of targets for file_sd_configs: the metrics' ports of "$@" (after the file). Replaced in one step, since
# Prometheus reads it again by itself.
write_targets() {
  local file=$1 name
  shift
  for name in "$@"; do
    printf -- "- targets: ['127.0.0.1:%s']\n" "$(port_of "$name-metrics")"
  done >"$file.new"
  mv "$file.new" "$file"
}

# Rules name their runbooks by the page in the repository; what a stack serves names the page on this machine.
write_monitoring_config() {
  local home=$dir/monitoring file
  mkdir -p "$home"/{targets,prometheus,alertmanager}
  if [[ -n $scrape_interval ]]; then echo "$scrape_interval" >"$home/scrape_interval"; fi
  if [[ ! -s $home/scrape_interval ]]; then echo 5s >"$home/scrape_interval"; fi
  for file in "$root"/deploy/prometheus/*.rules.yml; do
    sed "s|\(runbook_url: \)docs/|\1file://$root/docs/|" "$file" >"$home/${file##*/}"
  done
  sed -e "s#^\(  \(scrape\|evaluation\)_interval:\).*#\1 $(cat "$home/scrape_interval")#" \
    -e "s|127.0.0.1:9093|127.0.0.1:$(port_of alertmanager)|" \
    "$root/deploy/prometheus/prometheus.yml" >"$home/prometheus.yml"
  cp "$root/deploy/prometheus/alertmanager.yml" "$home/alertmanager.yml"
  write_targets "$home/targets/fleet-service.yml" "${services[@]}"
  write_targets "$home/targets/fleet-worker.yml" "${workers[@]}"
  write_targets "$home/targets/fleet-runner.yml" "${runners[@]}"
}

start_alertmanager() {
  start_process alertmanager prometheus-alertmanager --config.file="$dir/monitoring/alertmanager.yml" \
    --storage.path="$dir/monitoring/alertmanager" --web.listen-address="127.0.0.1:$(port_of alertmanager)" \
    --cluster.listen-address=
}

# What Alertmanager missed (it was down, or Prometheus had not found it yet) is told again soon.
start_prometheus() {
  start_process prometheus prometheus --config.file="$dir/monitoring/prometheus.yml" \
    --storage.tsdb.path="$dir/monitoring/prometheus" --storage.tsdb.retention.time=15d \
    --storage.tsdb.retention.size=1GB --rules.alert.resend-delay=10s \
    --web.listen-address="127.0.0.1:$(port_of prometheus)"
}

# Whoever reaches it on loopback may look; to change something takes the password of "admin" in monitoring/grafana.
start_grafana() {
  local home=$dir/monitoring/grafana program
  mkdir -p "$home/data"
  if [[ ! -s $home/password ]]; then make_password >"$home/password"; fi
  program=("$(grafana_program)")
  if [[ ${program[0]} == */grafana ]]; then program+=(server); fi
  FLEET_PROMETHEUS_URL="http://127.0.0.1:$(port_of prometheus)" FLEET_DASHBOARDS="$root/deploy/grafana/dashboards" \
    GF_PATHS_PROVISIONING="$root/deploy/grafana/provisioning" GF_PATHS_DATA="$home/data" GF_PATHS_LOGS="$home/data" \
    GF_SERVER_HTTP_ADDR=127.0.0.1 GF_SERVER_HTTP_PORT="$(port_of grafana)" \
    GF_SECURITY_ADMIN_PASSWORD__FILE="$home/password" GF_AUTH_ANONYMOUS_ENABLED=true GF_ANALYTICS_REPORTING_ENABLED=false \
    GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH="$root/deploy/grafana/dashboards/fleet-overview.json" \
    start_process grafana "${program[@]}" --homepath="${GF_PATHS_HOME:-/usr/share/grafana}"
}

# Starts what does not run, has the rest read its files anew, and waits for all of it. Adds to $started.
start_monitoring() {
  local name pid port first deadline
  local -A ports=([alertmanager]=7193 [prometheus]=7190 [grafana]=7130)
  local -A ready=([alertmanager]=/-/ready [prometheus]=/-/ready [grafana]=/api/health)
  find_monitoring_programs
  mkdir -p "$dir/monitoring"
  for name in $(monitors); do
    if ! pid_of "$name" >/dev/null; then choose_port "$name" "${ports[$name]}" >/dev/null; fi
  done
  write_monitoring_config
  for name in $(monitors); do
    if pid=$(pid_of "$name"); then
      if [[ $name != grafana ]]; then kill -HUP "$pid"; fi
      continue
    fi
    echo "starting ${name^} on http://127.0.0.1:$(port_of "$name")"
    started+=("$name")
    "start_$name"
  done
  deadline=$((SECONDS + ready_limit))
  for name in $(monitors); do
    until answers_ok "$(port_of "$name")" "${ready[$name]}"; do
      pid_of "$name" >/dev/null || fail_with_log "$name" "$name ended while it was starting"
      if ((SECONDS >= deadline)); then fail_with_log "$name" "$name was not ready within $ready_limit s"; fi
      sleep 0.1
    done
  done
}

stop_monitoring() { stop_processes "$grace" grafana prometheus alertmanager; }
