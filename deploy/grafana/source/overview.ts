// Is it healthy, what waits, how fast is it: what one looks at first.
import {Dollars, NoUnit, OpsPerSecond, PercentUnit, Seconds, Short} from '@grafana/grafana-foundation-sdk/units';

import {dashboard, heatmap, number, quantiles, rate, row, series, timeseries} from './fleet_dashboard';

const SUBMITS = 'grpc_method=~"CreateFleet|AddFleetTargets|SealFleet"';
const FAULTS = 'grpc_code=~"Unknown|Internal|Unavailable|DataLoss|DeadlineExceeded"';

export const overview = () => dashboard('fleet-overview', 'Fleet / Overview',
  'Whether Fleet is healthy, what waits and on what, and how fast it goes. Start here.', [
    row('Is it healthy?'),
    number({
      title: 'Services ready', unit: NoUnit, runbook: 'fleetservicenotready',
      description: 'fleet-services whose /readyz answers 200. With none, nothing can be submitted, leased or reported.',
      queries: [{expr: `sum(${series('fleet_ready', 'job="fleet-service"')})`, legend: 'ready'}],
    }),
    number({
      title: 'Processes that do not answer', unit: NoUnit, badAt: 1, runbook: 'fleetprocessdown',
      description: 'Services, workers and runners whose /metrics cannot be had.',
      queries: [{expr: `count(${series('up', 'job=~"fleet-.+"')}) - sum(${series('up', 'job=~"fleet-.+"')})`, legend: 'down'}],
    }),
    number({
      title: 'Failed submissions', unit: PercentUnit, warnAt: 0.001, badAt: 0.0144, runbook: 'fleetsubmiterrors',
      description: 'Share of submissions of the last hour that failed by our fault. The objective allows 0.1 % over 30 days.',
      queries: [{
        expr: `sum(rate(${series('grpc_server_handled_total', `${SUBMITS},${FAULTS}`)}[1h])) / sum(rate(${series('grpc_server_handled_total', SUBMITS)}[1h]))`,
        legend: 'failed',
      }],
    }),
    number({
      title: 'Slow submissions', unit: PercentUnit, warnAt: 0.01, badAt: 0.144, runbook: 'fleetsubmitlatency',
      description: 'Share of submissions of the last hour that took longer than a second. The objective allows 1 % over 30 days.',
      queries: [{
        expr: `1 - sum(rate(${series('grpc_server_handling_seconds_bucket', `${SUBMITS},le="1"`)}[1h])) / sum(rate(${series('grpc_server_handling_seconds_count', SUBMITS)}[1h]))`,
        legend: 'slow',
      }],
    }),
    number({
      title: 'Late watches', unit: PercentUnit, warnAt: 0.01, badAt: 0.144, runbook: 'fleetwatchlag',
      description: 'Share of changes of the last hour that watchers were told later than a second. The objective allows 1 % over 30 days.',
      queries: [{
        expr: `1 - sum(rate(${series('fleet_watch_lag_seconds_bucket', 'le="1"')}[1h])) / sum(rate(${series('fleet_watch_lag_seconds_count')}[1h]))`,
        legend: 'late',
      }],
    }),
    number({
      title: 'Oldest gauge', unit: Seconds, warnAt: 30, badAt: 60, runbook: 'fleetgaugesstale',
      description: 'How long ago a service last read from the database what this page shows of the whole system.',
      queries: [{expr: `time() - max(${series('fleet_gauges_last_read_timestamp_seconds')})`, legend: 'age'}],
    }),
    row('What waits?'),
    number({
      title: 'Open fleets', unit: NoUnit, description: 'Fleets that have not ended.',
      queries: [{expr: `max(${series('fleet_open_fleets')})`, legend: 'open'}],
    }),
    number({
      title: 'Queued children', unit: Short, description: 'Children of open fleets that wait for a slot.',
      queries: [{expr: `max(${series('fleet_tasks', 'state="queued"')})`, legend: 'queued'}],
    }),
    number({
      title: 'Children in flight', unit: Short, description: 'Children that a runner has.',
      queries: [{expr: `max(${series('fleet_tasks_active')})`, legend: 'in flight'}],
    }),
    number({
      title: 'System cap in use', unit: PercentUnit, warnAt: 0.9, badAt: 1,
      description: 'Children in flight against the limit system_active. At 100 % the others wait: fleetctl limits set system_active.',
      queries: [{expr: `max(${series('fleet_tasks_active')}) / max(${series('fleet_limit', 'name="system_active"')})`, legend: 'in use'}],
    }),
    number({
      title: 'Free slots', unit: NoUnit, runbook: 'fleetoldestchildwaiting',
      description: 'Slots of live runners that hold nothing, in all pools.',
      queries: [{expr: `sum(max by (pool) (${series('fleet_runner_slots', 'state="free"')}))`, legend: 'free'}],
    }),
    number({
      title: 'Users at a limit of theirs', unit: NoUnit, description: 'Users who are at user_active or open_fleets_user now.',
      queries: [{expr: `max(max by (name) (${series('fleet_users_at_limit')}))`, legend: 'users'}],
    }),
    timeseries({
      title: 'What open fleets wait on', unit: NoUnit, width: 12, runbook: 'why-a-fleet-waits',
      description: 'Open fleets by what keeps their queued children from starting; one may wait on several. The runbook says what to do about each.',
      queries: [{expr: `max by (reason) (${series('fleet_fleets_waiting')}) > 0 or max(${series('fleet_open_fleets')}) * 0`, legend: '{{reason}}'}],
    }),
    timeseries({
      title: 'Longest wait', unit: Seconds, width: 12, runbook: 'fleetoldestchildwaiting',
      description: 'Age of the oldest queued child by pool, and of the oldest that no cap holds while slots are free: that one should be near 0.',
      queries: [
        {expr: `time() - min by (pool) (${series('fleet_queue_oldest_task_timestamp_seconds')} > 0)`, legend: '{{pool}}, any'},
        {expr: `time() - min by (pool) (${series('fleet_queue_oldest_startable_task_timestamp_seconds')} > 0)`, legend: '{{pool}}, could start'},
      ],
    }),
    timeseries({
      title: 'Children by state', unit: Short, width: 12, stacked: true,
      description: 'Children of open fleets, as the database counts them.',
      queries: [{expr: `max by (state) (${series('fleet_tasks')})`, legend: '{{state}}'}],
    }),
    timeseries({
      title: 'Queued and in flight by pool', unit: Short, width: 12,
      description: 'A pool with a queue and nothing in flight has no runner, or a cap of 0.', runbook: 'fleetpoolwithoutrunner',
      queries: [{expr: `max by (pool, state) (${series('fleet_pool_tasks')})`, legend: '{{pool}} {{state}}'}],
    }),
    row('How fast?'),
    timeseries({
      title: 'Children that end', unit: OpsPerSecond, stacked: true, description: 'Children that ended a second, by result.',
      queries: [{expr: `sum by (result) (${rate('fleet_task_completions_total')})`, legend: '{{result}}'}],
    }),
    timeseries({
      title: 'From ready to leased', unit: Seconds, description: 'How long children were ready before a runner had them, caps included.',
      queries: quantiles('fleet_task_schedule_to_start_seconds'),
    }),
    heatmap({
      title: 'From ready to leased, spread', unit: Seconds, histogram: 'fleet_task_schedule_to_start_seconds',
      description: 'The same, each child counted: two bands are two kinds of work.',
    }),
    timeseries({
      title: 'Duration of children', unit: Seconds, description: 'How long the last attempt of ended children took, from its lease.',
      queries: quantiles('fleet_task_duration_seconds'),
    }),
    timeseries({
      title: 'From commit to watchers', unit: Seconds, runbook: 'fleetwatchlag',
      description: 'How long after a change was committed the watchers of a service were told.', queries: quantiles('fleet_watch_lag_seconds'),
    }),
    timeseries({
      title: 'Cost an hour', unit: Dollars, description: 'Cost of attempts that were reported, as of an hour.',
      queries: [{expr: `sum(${rate('fleet_task_cost_usd_total')}) * 3600`, legend: 'cost'}],
    }),
  ]);
