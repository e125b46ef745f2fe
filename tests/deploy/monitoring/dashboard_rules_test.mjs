// What Grafana's dashboard linter asks of dashboards, and what we ask besides. That the queries can be parsed and return
// data is for monitoring_test, which puts them to Prometheus.
import assert from 'node:assert/strict';
import test from 'node:test';

import {dashboards, panels, runbookAnchors, selectors} from './sources.mjs';

const DATASOURCE = {type: 'prometheus', uid: '${datasource}'};
// A fixed range instead of $__rate_interval, and why.
const FIXED_RANGE = new Map([
  ['Failed submissions', 'the window of the objective'], ['Slow submissions', 'the window of the objective'], ['Late watches', 'the window of the objective'],
  ['Fleets that completed all but a tenth', 'fleets end seldom'], ['Duration of fleets', 'fleets end seldom'],
]);
// A counter that no rate is taken of, and why.
const BARE_COUNTER = new Map([['Calls under way', 'started less handled is what is under way']]);

for (const dashboard of dashboards()) {
  const variables = new Map(dashboard.templating.list.map((variable) => [variable.name, variable]));

  test(`${dashboard.uid}: a file of its own, which nobody edits in Grafana`, () => {
    assert.equal(dashboard.file, `${dashboard.uid}.json`);
    assert.match(dashboard.uid, /^fleet-[a-z-]{1,34}$/);
    assert.equal(dashboard.editable, false);
    assert.equal(dashboard.id ?? null, null);
    assert.equal(dashboard.version, undefined);
    assert.equal(dashboard.__inputs, undefined);
    assert.deepEqual(dashboard.tags, ['fleet']);
    assert.ok(dashboard.title && dashboard.description && dashboard.refresh);
    assert.equal(dashboard.timezone, 'browser');
  });

  test(`${dashboard.uid}: variables choose data source, job and instance`, () => {
    assert.deepEqual([...variables.keys()], ['datasource', 'job', 'instance']);
    assert.equal(variables.get('datasource').type, 'datasource');
    assert.equal(variables.get('datasource').query, 'prometheus');
    assert.equal(variables.get('datasource').label, 'Data source');
    for (const name of ['job', 'instance']) {
      const variable = variables.get(name);
      assert.equal(variable.type, 'query');
      assert.equal(variable.label, name);
      assert.deepEqual(variable.datasource, DATASOURCE);
      assert.deepEqual([variable.multi, variable.includeAll, variable.allValue], [true, true, '.+']);
      assert.equal(variable.refresh, 2, 'is read again when the time range changes');
      assert.match(variable.query, /^label_values\(.+, (job|instance)\)$/);
    }
  });

  test(`${dashboard.uid}: links lead to the other dashboards and to the runbooks`, () => {
    assert.ok(dashboard.links.some((link) => link.type === 'dashboards' && link.tags.includes('fleet') && link.includeVars));
    assert.ok(dashboard.links.some((link) => link.url === 'docs/runbooks.md'));
  });

  test(`${dashboard.uid}: panels have names and places of their own`, () => {
    const ids = dashboard.panels.map((panel) => panel.id).filter((id) => id !== undefined);
    assert.equal(new Set(ids).size, ids.length, 'ids');
    const titles = panels(dashboard).map((panel) => panel.title);
    assert.equal(new Set(titles).size, titles.length, 'titles');
    const taken = new Set();
    for (const {title, gridPos: {x, y, w, h}} of dashboard.panels) {
      assert.ok(x >= 0 && x + w <= 24, `${title} is out of the grid`);
      for (let column = x; column < x + w; ++column) {
        for (let line = y; line < y + h; ++line) {
          assert.ok(!taken.has(`${column},${line}`), `${title} lies on another`);
          taken.add(`${column},${line}`);
        }
      }
    }
  });

  for (const panel of panels(dashboard)) {
    test(`${dashboard.uid}: "${panel.title}"`, () => {
      assert.ok(panel.title && panel.description.length > 10);
      assert.ok(panel.fieldConfig.defaults.unit, 'has a unit');
      assert.deepEqual(panel.datasource, DATASOURCE);
      assert.ok(panel.targets.length > 0);
      for (const link of panel.links ?? []) {
        assert.ok(runbookAnchors().some((anchor) => link.url === `docs/runbooks.md#${anchor}`), `there is no ${link.url}`);
      }
      for (const target of panel.targets) {
        assert.deepEqual(target.datasource, DATASOURCE);
        assert.ok(target.legendFormat, 'has a legend');
        for (const [, range] of target.expr.matchAll(/\[([^\]]+)\]/g)) {
          if (!FIXED_RANGE.has(panel.title)) assert.match(range, /^\$__(rate_interval|range)$/);
        }
        for (const {metric, matchers} of selectors(target.expr)) {
          // What rules record is summed over instances.
          if (metric.includes(':')) continue;
          for (const label of ['job', 'instance']) {
            assert.ok(matchers.some((matcher) => matcher.label === label && matcher.operator === '=~' && matcher.value === `$${label}`), `${metric} has no matcher for ${label}`);
          }
          const counts = /_(total|bucket|sum|count)$/.test(metric) && !BARE_COUNTER.has(panel.title);
          if (counts) assert.match(target.expr, new RegExp(`(rate|increase)\\(${metric}\\{`), `${metric} is a counter`);
        }
      }
    });
  }
}

test('exceptions are of panels that there are', () => {
  const titles = dashboards().flatMap((dashboard) => panels(dashboard).map((panel) => panel.title));
  for (const title of [...FIXED_RANGE.keys(), ...BARE_COUNTER.keys()]) assert.ok(titles.includes(title), title);
});
