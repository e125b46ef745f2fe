import {Dollars, NoUnit, OpsPerSecond, PercentUnit, Seconds} from '@grafana/grafana-foundation-sdk/units';
import {dashboard, heatmap, number, rate, row, series, timeseries} from './fleet_dashboard';
export const overview = () => dashboard('fleet-overview', 'Fleet / Overview', 'x', [
  row('Is it healthy?'),
  number({title: 'a', description: 'b', unit: NoUnit, queries: [{expr: series('up'), legend: 'x'}]}),
  timeseries({title: 'a', description: 'b', unit: OpsPerSecond, queries: [{expr: rate('x_total'), legend: 'x'}]}),
  heatmap({title: 'a', description: 'b', unit: Seconds, histogram: 'xx'}),
]);
void [Dollars, PercentUnit];
