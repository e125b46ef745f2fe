// Calls, batches, jobs, the database: for whoever looks for a cause.
import {BytesIEC, NoUnit, OpsPerSecond, PercentUnit, Seconds, Short} from '@grafana/grafana-foundation-sdk/units';

import {dashboard, number, quantiles, rate, row, series, timeseries} from './fleet_dashboard';

export const internals = () => dashboard('fleet-internals', 'Fleet / Database and internals', 'Calls, batches, jobs, connections and transactions.', [
  row('Database'),
  timeseries({
    title: 'Connections in use', unit: PercentUnit, max: 1, runbook: 'fleetdatabasepoolexhausted', description: 'Of each set of connections of each process. At 100 % transactions wait.',
    queries: [{expr: `max by (instance, set) (${series('fleet_db_pool_connections', 'state="used"')}) / max by (instance, set) (${series('fleet_db_pool_size')})`, legend: '{{instance}} {{set}}'}],
  }),
  timeseries({
    title: 'Wait for a connection', unit: Seconds, runbook: 'fleetdatabasepoolexhausted', description: 'Of 99 % of the transactions.',
    queries: [{expr: `histogram_quantile(0.99, sum by (le, set) (${rate('fleet_db_pool_wait_seconds_bucket')}))`, legend: '{{set}} p99'}],
  }),
  number({
    title: 'Without a connection in the time shown', unit: NoUnit, height: 8, width: 8, badAt: 1, runbook: 'fleetdatabasepoolexhausted', description: 'Transactions that got no connection in time.',
    queries: [{expr: `sum(increase(${series('fleet_db_pool_timeouts_total')}[$__range]))`, legend: 'timeouts'}],
  }),
  timeseries({
    title: 'Transactions', unit: OpsPerSecond, description: 'By set and how they ended; rolled_back: nothing to write, or refused.',
    queries: [{expr: `sum by (set, result) (${rate('fleet_db_transactions_total')})`, legend: '{{set}} {{result}}'}],
  }),
  timeseries({
    title: 'Duration of transactions', unit: Seconds, runbook: 'fleetdatabaseslow', description: 'Of 95 %, once they had their connection.',
    queries: [{expr: `histogram_quantile(0.95, sum by (le, set) (${rate('fleet_db_transaction_duration_seconds_bucket')}))`, legend: '{{set}} p95'}],
  }),
  timeseries({
    title: 'Transactions run again', unit: OpsPerSecond, runbook: 'fleetdatabaseslow', description: 'After a deadlock, a serialization failure or a lock timeout, or a lost connection.',
    queries: [{expr: `sum by (set, cause) (${rate('fleet_db_transaction_retries_total')})`, legend: '{{set}} {{cause}}'}],
  }),
  row('Calls'),
  timeseries({
    title: 'Calls by method', unit: OpsPerSecond, description: 'Calls that a service answered.',
    queries: [{expr: `sum by (grpc_method) (${rate('grpc_server_handled_total')})`, legend: '{{grpc_method}}'}],
  }),
  timeseries({
    title: 'Calls that fail by our fault', unit: OpsPerSecond, runbook: 'fleetsubmiterrors', description: 'By method and code.',
    queries: [{
      expr: `sum by (grpc_method, grpc_code) (${rate('grpc_server_handled_total', 'grpc_code=~"Unknown|Internal|Unavailable|DataLoss|DeadlineExceeded"')})`,
      legend: '{{grpc_method}} {{grpc_code}}',
    }],
  }),
  timeseries({
    title: 'Latency of unary calls', unit: Seconds, runbook: 'fleetsubmitlatency', description: 'Of 99 % of the calls, but LeaseTasks, which waits for work.',
    queries: [{
      expr: `histogram_quantile(0.99, sum by (le, grpc_method) (${rate('grpc_server_handling_seconds_bucket', 'grpc_type="unary",grpc_method!="LeaseTasks"')}))`,
      legend: '{{grpc_method}} p99',
    }],
  }),
  timeseries({
    title: 'Calls under way', unit: NoUnit, description: 'Calls that began and have not ended, by kind.',
    queries: [{expr: `sum by (grpc_type) (${series('grpc_server_started_total')}) - sum by (grpc_type) (${series('grpc_server_handled_total')})`, legend: '{{grpc_type}}'}],
  }),
  timeseries({
    title: 'Messages of streams', unit: OpsPerSecond, description: 'Messages that services sent and received on streams.',
    queries: [
      {expr: `sum(${rate('grpc_server_msg_sent_total', 'grpc_type="server_stream"')})`, legend: 'sent'},
      {expr: `sum(${rate('grpc_server_msg_received_total', 'grpc_type="server_stream"')})`, legend: 'received'},
    ],
  }),
  timeseries({
    title: 'Waiting for a thread', unit: NoUnit, runbook: 'fleettoomanycalls', description: 'Calls, and steps of streams, that no thread has taken.',
    queries: [{expr: `sum by (threads) (${series('fleet_service_calls_waiting')})`, legend: '{{threads}}'}],
  }),
  timeseries({
    title: 'Bytes of requests', unit: BytesIEC, runbook: 'fleetrequestbudgetfull', description: 'Of requests that are being handled, by service. There may be 96 MiB.',
    queries: [{expr: `sum by (instance) (${series('fleet_service_request_bytes')})`, legend: '{{instance}}'}],
  }),
  timeseries({
    title: 'Refused and dropped', unit: OpsPerSecond, runbook: 'fleetbadrequests', description: 'Requests refused before their method had them, and streams ended that could have gone on.',
    queries: [
      {expr: `sum by (reason) (${rate('fleet_service_requests_refused_total')})`, legend: 'refused: {{reason}}'},
      {expr: `sum by (reason) (${rate('fleet_service_streams_dropped_total')})`, legend: 'dropped: {{reason}}'},
    ],
  }),
  timeseries({
    title: 'Held open', unit: NoUnit, runbook: 'fleettoomanystreams', description: 'Streams, watchers and runners\' calls for work that wait.',
    queries: [
      {expr: `sum(${series('fleet_service_streams_open')})`, legend: 'streams'},
      {expr: `sum(${series('fleet_watchers')})`, legend: 'watchers'},
      {expr: `sum(${series('fleet_parked_leases')})`, legend: 'calls for work'},
    ],
  }),
  row('Batches and jobs'),
  timeseries({
    title: 'Children a dispatch', unit: Short, width: 6, description: 'Children leased by one transaction.', queries: quantiles('fleet_dispatch_batch_tasks'),
  }),
  timeseries({
    title: 'Reports a transaction', unit: Short, width: 6, description: 'Reports recorded by one transaction.', queries: quantiles('fleet_report_batch_reports'),
  }),
  timeseries({
    title: 'Jobs that wait', unit: NoUnit, width: 6, runbook: 'fleetjobbehind', description: 'For workers or for their time, by kind.',
    queries: [{expr: `max by (exported_job) (${series('fleet_jobs')})`, legend: '{{exported_job}}'}],
  }),
  timeseries({
    title: 'Oldest job that is due', unit: Seconds, width: 6, runbook: 'fleetjobbehind', description: 'By kind; none is shown where none is due.',
    queries: [{expr: `time() - min by (exported_job) (${series('fleet_jobs_oldest_due_timestamp_seconds')} > 0)`, legend: '{{exported_job}}'}],
  }),
  timeseries({
    title: 'Since a job\'s last good turn', unit: Seconds, width: 6, runbook: 'fleetjobfailing', description: 'Of the workers the best, by kind.',
    queries: [{expr: `time() - max by (exported_job) (${series('fleet_worker_last_success_timestamp_seconds')} > 0)`, legend: '{{exported_job}}'}],
  }),
  timeseries({
    title: 'Steps', unit: OpsPerSecond, width: 6, description: 'Steps of jobs that had something to do, by result.',
    queries: [{expr: `sum by (exported_job, result) (${rate('fleet_worker_steps_total')})`, legend: '{{exported_job}} {{result}}'}],
  }),
  timeseries({
    title: 'Duration of steps', unit: Seconds, width: 6, description: 'Of 95 %, by kind.',
    queries: [{expr: `histogram_quantile(0.95, sum by (le, exported_job) (${rate('fleet_worker_step_duration_seconds_bucket')}))`, legend: '{{exported_job}} p95'}],
  }),
  timeseries({
    title: 'Children moved by jobs', unit: OpsPerSecond, width: 6, description: 'Enqueued, swept, returned to the queue, by kind.',
    queries: [{expr: `sum by (exported_job) (${rate('fleet_worker_children_total')})`, legend: '{{exported_job}}'}],
  }),
  row('Followed logs and traces'),
  timeseries({
    title: 'Followed logs', unit: BytesIEC, description: 'Bytes a second from runners to services and on to followers; skipped and dropped is what followers miss.',
    queries: [
      {expr: `sum by (direction) (${rate('fleet_service_log_bytes_total')})`, legend: '{{direction}}'},
      {expr: `sum(${rate('fleet_runner_log_sent_bytes_total')})`, legend: 'sent by runners'},
      {expr: `sum(${rate('fleet_runner_log_dropped_bytes_total')})`, legend: 'dropped by runners'},
      {expr: `sum(${rate('fleet_service_log_skipped_bytes_total')})`, legend: 'skipped'},
    ],
  }),
  timeseries({
    title: 'Followers of logs', unit: NoUnit, description: 'Streams that wait for more of a running child\'s log.',
    queries: [{expr: `sum(${series('fleet_service_log_followers')})`, legend: 'followers'}],
  }),
  timeseries({
    title: 'Spans', unit: OpsPerSecond, description: 'Sent to the collector of traces, given up by reason, and batches that failed.',
    queries: [
      {expr: `sum(${rate('fleet_trace_spans_exported_total')})`, legend: 'exported'},
      {expr: `sum by (reason) (${rate('fleet_trace_spans_dropped_total')})`, legend: 'dropped: {{reason}}'},
      {expr: `sum(${rate('fleet_trace_export_failures_total')})`, legend: 'failed batches'},
    ],
  }),
  row('Processes'),
  timeseries({
    title: 'Processor', unit: PercentUnit, description: 'Of one core, by process.',
    queries: [{expr: `sum by (job, instance) (${rate('process_cpu_seconds_total', 'job=~"fleet-.+"')})`, legend: '{{job}} {{instance}}'}],
  }),
  timeseries({
    title: 'Memory', unit: BytesIEC, description: 'Resident, by process.',
    queries: [{expr: `max by (job, instance) (${series('process_resident_memory_bytes', 'job=~"fleet-.+"')})`, legend: '{{job}} {{instance}}'}],
  }),
  timeseries({
    title: 'Open files', unit: PercentUnit, description: 'Of as many as there may be, by process.',
    queries: [{
      expr: `max by (job, instance) (${series('process_open_fds', 'job=~"fleet-.+"')}) / max by (job, instance) (${series('process_max_fds', 'job=~"fleet-.+"')})`,
      legend: '{{job}} {{instance}}',
    }],
  }),
  timeseries({
    title: 'Since its start', unit: Seconds, width: 12, description: 'How long each process has run: a drop is a restart.',
    queries: [{expr: `time() - max by (job, instance) (${series('process_start_time_seconds', 'job=~"fleet-.+"')})`, legend: '{{job}} {{instance}}'}],
  }),
  timeseries({
    title: 'Versions', unit: NoUnit, width: 12, stacked: true, description: 'Processes by component and version: more than one while an upgrade goes on.',
    queries: [{expr: `count by (component, version) (${series('fleet_build_info')})`, legend: '{{component}} {{version}}'}],
  }),
]);
