// Every alert has a severity, a text, a runbook section that shows its rule, and a test in which it fires and one in
// which it does not. What the rules compute is for promtool's tests (alert_rules/).
import assert from 'node:assert/strict';
import {readdirSync} from 'node:fs';
import test from 'node:test';

import {alerts, read, recordings, root} from './sources.mjs';

const tests = readdirSync(`${root}/tests/deploy/monitoring/alert_rules`).map((file) => read(`tests/deploy/monitoring/alert_rules/${file}`)).join('');

test('there are alerts, each once', () => {
  const names = alerts().map((rule) => rule.alert);
  assert.ok(names.length >= 20);
  assert.equal(new Set(names).size, names.length);
});

for (const rule of alerts()) {
  test(`${rule.alert} can be acted upon`, () => {
    assert.match(rule.severity, /^(page|ticket)$/);
    assert.match(rule.for, /^\d+[mh]$/);
    assert.ok(rule.summary.length > 10 && rule.description.length > 10);
    const anchor = rule.alert.toLowerCase();
    assert.equal(rule.runbook_url, `docs/runbooks.md#${anchor}`);
    const page = read('docs/runbooks.md');
    assert.ok(page.includes(`| [${rule.alert}](#${anchor}) | ${rule.severity} |`), 'is in the list of alerts, with its severity');
    assert.ok(page.includes(`\n### ${rule.alert}\n\n\`${rule.expr}\`\n`), `has a section that begins with its rule: \`${rule.expr}\``);
  });
  test(`${rule.alert} is tested to fire and not to fire`, () => {
    assert.match(tests, new RegExp(`alertname: ${rule.alert}\\n\\s+exp_alerts:\\n`));
    assert.match(tests, new RegExp(`alertname: ${rule.alert}, exp_alerts: \\[\\]`));
  });
}

test('the list of alerts names no other', () => {
  const listed = [...read('docs/runbooks.md').matchAll(/^\| \[(\w+)\]\(#\w+\) \| (?:page|ticket) \|/gm)].map(([, name]) => name);
  assert.deepEqual(listed.sort(), alerts().map((rule) => rule.alert).sort());
});

test('recorded series are named level:metric:operations', () => {
  for (const {record} of recordings()) assert.match(record, /^[a-z_]*:[a-z_]+:[a-z0-9_]+$/);
});
