// What is shipped to watch Fleet by: rules, dashboards, runbooks, and the list of metrics that these ask for.
import {readdirSync, readFileSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const DASHBOARDS = join(root, 'deploy/grafana/dashboards');

export function read(path) {
  return readFileSync(join(root, path), 'utf8');
}

// The files that promtool checks and Prometheus loads.
export const RULE_FILES = ['deploy/prometheus/fleet.recording.rules.yml', 'deploy/prometheus/fleet.rules.yml'];

function scalar(text) {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;
}

// The rules of a file in the order of the file: {record or alert, expr, for, severity, summary …}. Reads the form in
// which these files are written, a key a line; promtool checks that they are valid.
export function rules(path) {
  const found = [];
  let folded = null;
  for (const line of read(path).split('\n')) {
    const rule = /^ {6}- (record|alert): (.+)$/.exec(line);
    if (rule) {
      found.push({[rule[1]]: rule[2]});
      continue;
    }
    if (folded && /^ {10}\S/.test(line)) {
      found.at(-1)[folded] += (found.at(-1)[folded] === '' ? '' : ' ') + line.trim();
      continue;
    }
    folded = null;
    const key = /^ {8,10}(\w+): ?(.*)$/.exec(line);
    if (!key || found.length === 0) continue;
    if (key[2] === '>-') folded = key[1];
    found.at(-1)[key[1]] = folded ? '' : scalar(key[2]);
  }
  return found;
}

export function alerts() {
  return RULE_FILES.flatMap(rules).filter((rule) => rule.alert);
}

export function recordings() {
  return RULE_FILES.flatMap(rules).filter((rule) => rule.record);
}

export function dashboards() {
  return readdirSync(DASHBOARDS).sort().map((file) => ({file, ...JSON.parse(readFileSync(join(DASHBOARDS, file), 'utf8'))}));
}

// Those that show something, also out of collapsed rows.
export function panels(dashboard) {
  return dashboard.panels.flatMap((panel) => panel.type === 'row' ? panel.panels ?? [] : [panel]);
}

// Every query of every panel: {where, expr}.
export function queries() {
  return dashboards().flatMap((dashboard) => panels(dashboard).flatMap(
      (panel) => panel.targets.map((target) => ({where: `${dashboard.uid}, "${panel.title}", ${target.refId}`, expr: target.expr}))));
}

// The selectors of an expression: {metric, matchers: [{label, operator, value}]}.
export function selectors(expr) {
  const found = [];
  for (const [, metric, braces] of expr.matchAll(/(?<![\w:"])((?:fleet|grpc_server|process)_\w+|[a-z_]*:[\w:]+|up\b)(?:\{([^}]*)\})?/g)) {
    const matchers = [...(braces ?? '').matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].map(([, label, operator, value]) => ({label, operator, value}));
    found.push({metric, matchers});
  }
  return found;
}

// The headings of docs/runbooks.md as links name them.
export function runbookAnchors() {
  return [...read('docs/runbooks.md').matchAll(/^#+ (.+)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\w -]/g, '').replaceAll(' ', '-'));
}

// The metrics of docs/metrics.md: name → {type, labels: name → values that there may be, or null where not listed}.
export function metrics() {
  const known = new Map();
  for (const line of read('docs/metrics.md').split('\n')) {
    const row = /^\| (`[^|]+) \| (\w+)[^|]* \| ?([^|]*)\|/.exec(line);
    if (!row) continue;
    const labels = new Map([...row[3].matchAll(/`(\w+)`(?::? ([^`]*))?/g)].map(([, label, rest]) => {
      const values = (rest ?? '').replace(/,\s*$/, '').split(/,\s*/).map((value) => value.trim());
      return [label, values.every((value) => /^[a-z_]+$/.test(value)) && !/as above/.test(rest ?? '') ? values : null];
    }));
    for (const [, name] of row[1].matchAll(/`(\w+)`/g)) known.set(name, {type: row[2], labels, same: /the same/.test(row[3])});
  }
  return known;
}
