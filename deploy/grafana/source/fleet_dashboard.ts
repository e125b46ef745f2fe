// What all of Fleet's dashboards have alike: variables, links, and panels of a few kinds.
import {
  AnnotationQueryBuilder, DashboardBuilder, DashboardCursorSync, DashboardLinkBuilder, DashboardLinkType, DatasourceVariableBuilder,
  QueryVariableBuilder, RowBuilder, ThresholdsConfigBuilder, ThresholdsMode, VariableRefresh, VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  GraphDrawStyle, HideSeriesConfigBuilder, LegendDisplayMode, LegendPlacement, ReduceDataOptionsBuilder, SortOrder, StackingConfigBuilder, StackingMode,
  TooltipDisplayMode, VisibilityMode, VizLegendOptionsBuilder, VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {PanelBuilder as HeatmapBuilder, HeatmapColorMode, HeatmapColorOptionsBuilder} from '@grafana/grafana-foundation-sdk/heatmap';
import {DataqueryBuilder, PromQueryFormat} from '@grafana/grafana-foundation-sdk/prometheus';
import {PanelBuilder as StatBuilder} from '@grafana/grafana-foundation-sdk/stat';
import {PanelBuilder as TimeseriesBuilder} from '@grafana/grafana-foundation-sdk/timeseries';

// Where the runbooks are read. The dashboards are files that name no host: this is the repository's path, which the one
// who installs them may replace.
const RUNBOOKS = 'docs/runbooks.md';
const DATASOURCE = {type: 'prometheus', uid: '${datasource}'};

export interface Query {
  expr: string;
  legend: string;  // "{{label}}" stands for the label's value
}

export interface Panel {
  title: string;
  description: string;
  unit: string;
  queries: Query[];
  width?: number;           // of 24; default 8
  height?: number;          // default 8, of a number 4
  stacked?: boolean;
  runbook?: string;         // an alert's name, in lower case
  warnAt?: number;          // of a number: from here on it is yellow,
  badAt?: number;           // red
  max?: number;
}

// The series of a metric that the dashboard's variables choose, and that have the labels.
export function series(metric: string, labels = ''): string {
  return `${metric}{job=~"$job",instance=~"$instance"${labels === '' ? '' : `,${labels}`}}`;
}

export function rate(metric: string, labels = ''): string {
  return `rate(${series(metric, labels)}[$__rate_interval])`;
}

// Quantiles of a histogram as queries, one each.
export function quantiles(histogram: string, labels = '', by = ''): Query[] {
  const group = by === '' ? 'le' : `le,${by}`;
  const prefix = by === '' ? '' : `{{${by}}} `;
  return [0.5, 0.95, 0.99].map((quantile) => ({
    expr: `histogram_quantile(${quantile}, sum by (${group}) (${rate(`${histogram}_bucket`, labels)}))`,
    legend: `${prefix}p${quantile * 100}`,
  }));
}

function targets(panel: Panel, instant: boolean): DataqueryBuilder[] {
  return panel.queries.map((query, index) => {
    const target = new DataqueryBuilder().datasource(DATASOURCE).expr(query.expr).legendFormat(query.legend)
      .refId(String.fromCharCode(65 + index));
    return instant ? target.instant() : target.range();
  });
}

function links(panel: Panel): DashboardLinkBuilder[] {
  if (panel.runbook === undefined) return [];
  return [new DashboardLinkBuilder('Runbook').type(DashboardLinkType.Link).url(`${RUNBOOKS}#${panel.runbook}`).targetBlank(true)];
}

export function timeseries(panel: Panel): TimeseriesBuilder {
  const built = new TimeseriesBuilder()
    .title(panel.title).description(panel.description).unit(panel.unit).datasource(DATASOURCE).targets(targets(panel, false))
    .span(panel.width ?? 8).height(panel.height ?? 8).min(0).links(links(panel))
    .drawStyle(GraphDrawStyle.Line).lineWidth(1).fillOpacity(panel.stacked ? 40 : 8).showPoints(VisibilityMode.Never)
    .hideFrom(new HideSeriesConfigBuilder().legend(false).tooltip(false).viz(false))
    .legend(new VizLegendOptionsBuilder().displayMode(LegendDisplayMode.List).placement(LegendPlacement.Bottom).showLegend(true).calcs([]))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (panel.max !== undefined) built.max(panel.max);
  if (panel.stacked) built.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  return built;
}

// One number: now.
export function number(panel: Panel): StatBuilder {
  const steps: {color: string; value: number | null}[] = [{color: 'green', value: null}];
  if (panel.warnAt !== undefined) steps.push({color: 'yellow', value: panel.warnAt});
  if (panel.badAt !== undefined) steps.push({color: 'red', value: panel.badAt});
  return new StatBuilder()
    .title(panel.title).description(panel.description).unit(panel.unit).datasource(DATASOURCE).targets(targets(panel, true))
    .span(panel.width ?? 4).height(panel.height ?? 4).links(links(panel))
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false))
    .thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
}

// How a histogram's observations spread over time.
export function heatmap(panel: Omit<Panel, 'queries'> & {histogram: string}): HeatmapBuilder {
  const target = new DataqueryBuilder().datasource(DATASOURCE).refId('A').range().format(PromQueryFormat.Heatmap).legendFormat('{{le}}')
    .expr(`sum by (le) (increase(${series(`${panel.histogram}_bucket`)}[$__rate_interval]))`);
  return new HeatmapBuilder()
    .title(panel.title).description(panel.description).unit(panel.unit).datasource(DATASOURCE).targets([target])
    .span(panel.width ?? 8).height(panel.height ?? 8).links(links({...panel, queries: []}))
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Oranges').steps(32));
}

export function row(title: string): RowBuilder {
  return new RowBuilder(title);
}

type Part = RowBuilder | TimeseriesBuilder | StatBuilder | HeatmapBuilder;

export function dashboard(uid: string, title: string, description: string, parts: Part[]): DashboardBuilder {
  const built = new DashboardBuilder(title)
    .uid(uid).description(description).tags(['fleet']).timezone('browser').refresh('30s').time({from: 'now-1h', to: 'now'})
    .readonly().tooltip(DashboardCursorSync.Crosshair)
    .link(new DashboardLinkBuilder('Fleet').type(DashboardLinkType.Dashboards).tags(['fleet']).asDropdown(true).includeVars(true).keepTime(true))
    .link(new DashboardLinkBuilder('Runbooks').type(DashboardLinkType.Link).url(RUNBOOKS).targetBlank(true))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(variable('job', 'label_values(fleet_build_info, job)'))
    .withVariable(variable('instance', 'label_values(fleet_build_info{job=~"$job"}, instance)'))
    .annotation(new AnnotationQueryBuilder().name('Versions').datasource(DATASOURCE).enable(true).iconColor('blue')
      .expr('count by (component, version) (fleet_build_info{job=~"$job",instance=~"$instance"} unless fleet_build_info{job=~"$job",instance=~"$instance"} offset 2m)')
      .titleFormat('{{component}} {{version}} began to run'));
  for (const [index, part] of parts.entries()) {
    part.id(index + 1);
    if (part instanceof RowBuilder) built.withRow(part);
    else built.withPanel(part);
  }
  return built;
}

function variable(name: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name).label(name).datasource(DATASOURCE).query(query).multi(true).includeAll(true).allValue('.+')
    .current({text: ['All'], value: ['$__all'], selected: true}).refresh(VariableRefresh.OnTimeRangeChanged).sort(VariableSort.AlphabeticalAsc);
}
