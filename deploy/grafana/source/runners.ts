// The runners: slots, what their time goes into, their disks.
import {BytesIEC, NoUnit, OpsPerSecond, PercentUnit, Seconds} from '@grafana/grafana-foundation-sdk/units';

import {dashboard, number, rate, row, series, timeseries} from './fleet_dashboard';

export const runners = () => dashboard('fleet-runners', 'Fleet / Runners', 'Slots, what runners spend their time on, and their disks.', [
  row('Slots'),
  timeseries({
    title: 'Runners by pool', unit: NoUnit, runbook: 'fleetpoolwithoutrunner', description: 'Live runners, as the database knows them; 0 for a pool that has work and none.',
    queries: [{expr: `max by (pool) (${series('fleet_runners')})`, legend: '{{pool}}'}],
  }),
  timeseries({
    title: 'Slots by pool', unit: NoUnit, stacked: true, description: 'Slots of live runners, used and free.',
    queries: [{expr: `max by (pool, state) (${series('fleet_runner_slots')})`, legend: '{{pool}} {{state}}'}],
  }),
  timeseries({
    title: 'Slots in use', unit: PercentUnit, max: 1, description: 'At 100 % with a queue: more runners would be used.',
    queries: [{
      expr: `max by (pool) (${series('fleet_runner_slots', 'state="used"')}) / sum by (pool) (max by (pool, state) (${series('fleet_runner_slots')}))`,
      legend: '{{pool}}',
    }],
  }),
  timeseries({
    title: 'Cap of the pool', unit: NoUnit, description: 'Children in flight, and how many may be (pool_active).',
    queries: [
      {expr: `max by (pool) (${series('fleet_pool_tasks', 'state="active"')})`, legend: '{{pool}} in flight'},
      {expr: `max by (pool) (${series('fleet_pool_limit')})`, legend: '{{pool}} cap'},
    ],
  }),
  timeseries({
    title: 'Runners lost', unit: NoUnit, runbook: 'fleetleasesexpiring', description: 'Runners that workers marked lost in the time of one point: silent for lease_ms.',
    queries: [{expr: `sum(increase(${series('fleet_runners_lost_total')}[$__rate_interval]))`, legend: 'lost'}],
  }),
  timeseries({
    title: 'Longest since a heartbeat', unit: Seconds, runbook: 'fleetleasesexpiring',
    description: 'Since a runner was last answered. Near the lease time it is about to be lost.',
    queries: [{expr: `time() - max by (instance) (${series('fleet_runner_last_heartbeat_timestamp_seconds')} > 0)`, legend: '{{instance}}'}],
  }),
  row('Work'),
  timeseries({
    title: 'Tasks that end', unit: OpsPerSecond, stacked: true, description: 'By result; abandoned: the lease was lost or given back.',
    queries: [{expr: `sum by (result) (${rate('fleet_runner_tasks_total')})`, legend: '{{result}}'}],
  }),
  timeseries({
    title: 'Duration of phases', unit: Seconds, description: 'Of 95 % of the tasks: clone, steps, commit, push.',
    queries: [{expr: `histogram_quantile(0.95, sum by (le, phase) (${rate('fleet_runner_phase_duration_seconds_bucket')}))`, legend: '{{phase}} p95'}],
  }),
  timeseries({
    title: 'What the time goes into', unit: PercentUnit, stacked: true, max: 1, description: 'Share of each phase in the time that tasks take.',
    queries: [{
      expr: `sum by (phase) (${rate('fleet_runner_phase_duration_seconds_sum')}) / ignoring (phase) group_left () sum(${rate('fleet_runner_phase_duration_seconds_sum')})`,
      legend: '{{phase}}',
    }],
  }),
  timeseries({
    title: 'Slots of each runner in use', unit: NoUnit, description: 'What each runner says of itself.',
    queries: [{expr: `sum by (instance) (${series('fleet_runner_own_slots', 'state="used"')})`, legend: '{{instance}}'}],
  }),
  timeseries({
    title: 'Programs', unit: NoUnit, description: 'git and steps that run for tasks now, by runner, without what these started.',
    queries: [{expr: `sum by (instance) (${series('fleet_runner_processes')})`, legend: '{{instance}}'}],
  }),
  timeseries({
    title: 'Heartbeats', unit: OpsPerSecond, description: 'By result; errors: no service could be reached, or it refused.',
    queries: [{expr: `sum by (result) (${rate('fleet_runner_heartbeats_total')})`, legend: '{{result}}'}],
  }),
  row('Disks'),
  timeseries({
    title: 'Free', unit: BytesIEC, runbook: 'fleetrunnerdiskfilling', description: 'Where the runner keeps its work.',
    queries: [{expr: `min by (instance) (${series('fleet_runner_disk_free_bytes')})`, legend: '{{instance}}'}],
  }),
  timeseries({
    title: 'Above the reserve', unit: PercentUnit, runbook: 'fleetrunnerdiskfull', description: 'Free bytes that tasks may still take, of the disk. At 0 the runner takes no tasks.',
    queries: [{
      expr: `(min by (instance) (${series('fleet_runner_disk_free_bytes')}) - max by (instance) (${series('fleet_runner_disk_reserve_bytes')})) / max by (instance) (${series('fleet_runner_disk_size_bytes')})`,
      legend: '{{instance}}',
    }],
  }),
  timeseries({
    title: 'Free inodes', unit: NoUnit, runbook: 'fleetrunnerdiskfull', description: '0 where the file system does not count them.',
    queries: [{expr: `min by (instance) (${series('fleet_runner_disk_free_files')})`, legend: '{{instance}}'}],
  }),
  number({
    title: 'Left behind', unit: NoUnit, width: 8, warnAt: 1, badAt: 10, runbook: 'fleetrunnerdiskfilling', description: 'Directories of ended tasks that could not be removed yet.',
    queries: [{expr: `sum(${series('fleet_runner_leftover_directories')})`, legend: 'directories'}],
  }),
  number({
    title: 'Failed removals in the time shown', unit: NoUnit, width: 8, warnAt: 1, badAt: 100, description: 'Further tries to remove such directories that failed.',
    queries: [{expr: `sum(increase(${series('fleet_runner_leftover_removals_total', 'result="error"')}[$__range]))`, legend: 'failed'}],
  }),
  number({
    title: 'Stopped for the disk in the time shown', unit: NoUnit, width: 8, warnAt: 1, badAt: 10, runbook: 'fleetrunnerdiskfull', description: 'Tasks stopped because the disk was nearly full and they used most of it.',
    queries: [{expr: `sum(increase(${series('fleet_runner_tasks_stopped_for_disk_total')}[$__range]))`, legend: 'stopped'}],
  }),
]);
