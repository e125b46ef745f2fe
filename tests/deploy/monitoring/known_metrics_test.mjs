// Rules and dashboards ask only for metrics, labels and values that docs/metrics.md lists, which is made from the code.
import assert from 'node:assert/strict';
import test from 'node:test';

import {metrics, queries, recordings, RULE_FILES, rules, selectors} from './sources.mjs';

// What Prometheus adds: "job" is its own, so that a metric's label of that name becomes "exported_job".
const ADDED = ['job', 'instance', 'le'];
const GRPC_CODES = ['OK', 'Canceled', 'InvalidArgument', 'DeadlineExceeded', 'NotFound', 'AlreadyExists', 'PermissionDenied', 'ResourceExhausted',
                    'FailedPrecondition', 'Aborted', 'OutOfRange', 'Unimplemented', 'Internal', 'Unavailable', 'DataLoss', 'Unauthenticated', 'Unknown'];

const known = metrics();
const recorded = new Set(recordings().map((rule) => rule.record));

function asked() {
  return [...queries(), ...RULE_FILES.flatMap((file) => rules(file).map((rule) => ({where: rule.alert ?? rule.record, expr: rule.expr})))];
}

function metricOf(name) {
  const base = known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '');
  const metric = known.get(base);
  if (metric && base !== name) assert.equal(metric.type, 'histogram', `${name}: ${base} is a ${metric.type}`);
  return metric;
}

test('the list of metrics can be read', () => {
  assert.ok(known.size > 50, `${known.size} metrics`);
  assert.deepEqual(known.get('fleet_db_pool_connections').labels.get('state'), ['used', 'idle']);
  assert.ok(asked().length > 100);
});

test('every series is one that there is', () => {
  for (const {where, expr} of asked()) {
    const found = selectors(expr);
    assert.ok(found.length > 0, `${where} asks for nothing: ${expr}`);
    for (const {metric, matchers} of found) {
      if (metric === 'up') continue;
      if (metric.includes(':')) {
        assert.ok(recorded.has(metric), `${where}: nothing records ${metric}`);
        continue;
      }
      const listed = metricOf(metric);
      assert.ok(listed, `${where}: there is no ${metric}`);
      for (const {label, operator, value} of matchers) {
        if (ADDED.includes(label)) continue;
        const own = label === 'exported_job' ? 'job' : label;
        assert.ok(listed.labels.has(own) || listed.same, `${where}: ${metric} has no label ${own}`);
        const values = own === 'grpc_code' ? GRPC_CODES : listed.labels.get(own);
        if (!values || /[.$]/.test(value)) continue;
        for (const one of operator.includes('~') ? value.split('|') : [value]) {
          assert.ok(values.includes(one), `${where}: ${metric} has no ${own}="${one}"`);
        }
      }
    }
  }
});

test('every label that results keep is one that the metrics have', () => {
  const labels = new Set([...ADDED, 'exported_job', ...[...known.values()].flatMap((metric) => [...metric.labels.keys()])]);
  for (const {where, expr} of asked()) {
    for (const [, list] of expr.matchAll(/\b(?:by|without|on|ignoring) \(([^)]*)\)/g)) {
      for (const label of list.split(',').map((text) => text.trim()).filter(Boolean)) assert.ok(labels.has(label), `${where}: nothing has a label ${label}`);
    }
  }
});

test('what is counted begins at 0 and what is shown is used: each metric of the system is asked for', () => {
  const used = new Set(asked().flatMap(({expr}) => selectors(expr).map(({metric}) => known.has(metric) ? metric : metric.replace(/_(bucket|sum|count)$/, ''))));
  // Shown by others: outcomes of open fleets by the page and fleetctl, the scrape's own by Prometheus.
  const unused = [...known.keys()].filter((metric) => !used.has(metric) && !['fleet_completed_tasks'].includes(metric));
  assert.deepEqual(unused, []);
});
