// What becomes of fleets and their children, and why they fail.
import {NoUnit, OpsPerSecond, PercentUnit, Seconds, Short} from '@grafana/grafana-foundation-sdk/units';

import {dashboard, heatmap, number, quantiles, rate, row, series, timeseries} from './fleet_dashboard';

const ENDED = `(sum(${rate('fleet_task_outcomes_total')}) + sum(${rate('fleet_task_failures_total')}))`;

export const fleets = () => dashboard('fleet-failures', 'Fleet / Fleets and failures',
  'What becomes of fleets and of their children, and what they fail of.', [
    row('Fleets'),
    timeseries({
      title: 'Open fleets by state', unit: NoUnit, stacked: true, description: 'Fleets that have not ended.',
      queries: [{expr: `max by (state) (${series('fleet_fleets')})`, legend: '{{state}}'}],
    }),
    timeseries({
      title: 'Fleets that end', unit: NoUnit, stacked: true, description: 'How many ended in the time of one point, by result.',
      queries: [{expr: `sum by (result) (increase(${series('fleet_fleet_completions_total')}[$__rate_interval]))`, legend: '{{result}}'}],
    }),
    timeseries({
      title: 'Fleets that completed all but a tenth', unit: PercentUnit, max: 1,
      description: 'Of the fleets that ended in six hours, the share in which more than 90 % of the children completed.',
      queries: [{
        expr: `1 - sum(rate(${series('fleet_fleet_completion_ratio_bucket', 'le="0.9"')}[6h])) / sum(rate(${series('fleet_fleet_completion_ratio_count')}[6h]))`,
        legend: 'above 90 %',
      }],
    }),
    timeseries({
      title: 'Duration of fleets', unit: Seconds, width: 12, description: 'From submission to end, of the fleets that ended in six hours.',
      queries: [0.5, 0.95].map((quantile) => ({
        expr: `histogram_quantile(${quantile}, sum by (le) (rate(${series('fleet_fleet_duration_seconds_bucket')}[6h])))`, legend: `p${quantile * 100}`,
      })),
    }),
    timeseries({
      title: 'Outcomes', unit: OpsPerSecond, width: 12, stacked: true, description: 'What completed children left: pull requests, branches, nothing, a report.',
      queries: [{expr: `sum by (outcome) (${rate('fleet_task_outcomes_total')})`, legend: '{{outcome}}'}],
    }),
    row('Failures'),
    timeseries({
      title: 'Share of attempts that fail', unit: PercentUnit, max: 1, runbook: 'fleetfailurespike',
      description: 'Failed attempts by category, tried again or not, against all attempts that ended.',
      queries: [{expr: `sum by (category) (${rate('fleet_task_failures_total')}) / ignoring (category) group_left () ${ENDED}`, legend: '{{category}}'}],
    }),
    timeseries({
      title: 'Against what is usual', unit: PercentUnit, runbook: 'fleetfailurespike',
      description: 'The share over 15 minutes, and over the last day: the alert compares these.',
      queries: [
        {expr: 'category:fleet_task_failures_per_attempts_ended:ratio_rate15m', legend: '{{category}} now'},
        {expr: 'category:fleet_task_failures_per_attempts_ended:avg_ratio_rate15m_1d', legend: '{{category}} usual'},
      ],
    }),
    timeseries({
      title: 'Failed children of open fleets', unit: Short, stacked: true, description: 'By category. fleetctl failures FLEET groups them by cause.',
      queries: [{expr: `max by (category) (${series('fleet_failed_tasks')})`, legend: '{{category}}'}],
    }),
    timeseries({
      title: 'Tried again', unit: OpsPerSecond, stacked: true, description: 'Failed attempts whose child went back to the queue, by category.',
      queries: [{expr: `sum by (category) (${rate('fleet_task_retries_total')})`, legend: '{{category}}'}],
    }),
    timeseries({
      title: 'No fault of the work', unit: OpsPerSecond, runbook: 'fleetleasesexpiring',
      description: 'Attempts that ended with their runner, or by a capacity fault such as a full disk; these use no try.',
      queries: [
        {expr: `sum(${rate('fleet_task_losses_total')})`, legend: 'runner lost'},
        {expr: `sum(${rate('fleet_task_capacity_faults_total')})`, legend: 'capacity fault'},
      ],
    }),
    timeseries({
      title: 'Leases', unit: OpsPerSecond, runbook: 'fleetleasesexpiring', description: 'Leases granted, and those that ended without a report, by reason.',
      queries: [
        {expr: `sum(${rate('fleet_leases_granted_total')})`, legend: 'granted'},
        {expr: `sum by (reason) (${rate('fleet_leases_expired_total')})`, legend: 'expired: {{reason}}'},
      ],
    }),
    row('Children'),
    timeseries({
      title: 'Duration by result', unit: Seconds, width: 12, description: 'How long the last attempt of ended children took.',
      queries: [{
        expr: `histogram_quantile(0.95, sum by (le, result) (${rate('fleet_task_duration_seconds_bucket')}))`, legend: '{{result}} p95',
      }],
    }),
    heatmap({title: 'Durations, spread', unit: Seconds, width: 12, histogram: 'fleet_task_duration_seconds', description: 'Each ended child counted.'}),
    number({
      title: 'Completed in the time shown', unit: Short, width: 6, description: 'Children that completed within the dashboard\'s time range.',
      queries: [{expr: `sum(increase(${series('fleet_task_completions_total', 'result="completed"')}[$__range]))`, legend: 'completed'}],
    }),
    number({
      title: 'Ended otherwise in the time shown', unit: Short, width: 6, description: 'Children that failed, were cancelled or timed out within the dashboard\'s time range.',
      queries: [{expr: `sum(increase(${series('fleet_task_completions_total', 'result!="completed"')}[$__range]))`, legend: 'otherwise'}],
    }),
    timeseries({
      title: 'From ready to leased', unit: Seconds, width: 12, height: 4, description: 'How long children were ready before a runner had them.',
      queries: quantiles('fleet_task_schedule_to_start_seconds'),
    }),
  ]);
