// Asks a Prometheus and an Alertmanager over HTTP.
const VARIABLES = [[/\$(job|instance)\b/g, '.+'], [/\$__rate_interval/g, '5m'], [/\$__range/g, '5m']];

// A panel's query as Grafana asks it, with "All" chosen.
export function asAsked(expr) {
  return VARIABLES.reduce((text, [variable, value]) => text.replace(variable, value), expr);
}

async function get(url) {
  const answer = await fetch(url);
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${JSON.stringify(body)}`);
  return body;
}

export class PrometheusClient {
  constructor(url, alertmanager) {
    Object.assign(this, {url, alertmanager});
  }

  // The values that an expression has now: [{metric, value}].
  async query(expr) {
    const {data} = await get(`${this.url}/api/v1/query?query=${encodeURIComponent(asAsked(expr))}`);
    return data.result.map(({metric, value}) => ({metric, value: Number(value[1])}));
  }

  // Whether it has a number: quantiles of nothing, and shares of nothing, are none.
  async hasData(expr) {
    return (await this.query(expr)).some(({value}) => Number.isFinite(value));
  }

  // Labels of the alerts that Alertmanager holds.
  async activeAlerts() {
    return (await get(`${this.alertmanager}/api/v2/alerts?active=true`)).map(({labels}) => labels);
  }

  // Their names.
  async alerts() {
    return new Set((await this.activeAlerts()).map((labels) => labels.alertname));
  }

  // Names of the alerts that Prometheus itself says fire.
  async firing() {
    return new Set((await this.rules()).filter((rule) => rule.state === 'firing').map((rule) => rule.name));
  }

  async hasAlertmanager() {
    return (await get(`${this.url}/api/v1/alertmanagers`)).data.activeAlertmanagers.length > 0;
  }

  async rules() {
    return (await get(`${this.url}/api/v1/rules`)).data.groups.flatMap((group) => group.rules);
  }
}
