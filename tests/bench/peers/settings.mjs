// What the command line says, for the measurement and its consumers alike.
import { parseArgs } from 'node:util';

const modules = { 'graphile-worker': './graphile_worker.mjs', 'pg-boss': './pg_boss.mjs' };

export function parseSettings() {
  const { values } = parseArgs({
    options: {
      peer: { type: 'string', default: 'graphile-worker' },
      // A URL; the password by the environment's PGPASSWORD.
      dsn: { type: 'string' },
      // end-to-end (consumers run while jobs are added), phases (first all are added), or pick-up.
      measure: { type: 'string', default: 'end-to-end' },
      children: { type: 'string', default: '100000' },
      samples: { type: 'string', default: '200' },
      processes: { type: 'string', default: '1' },
      concurrency: { type: 'string', default: '24' },
      batch: { type: 'string', default: '500' },
      pollers: { type: 'string', default: '4' },
      // Bulk insertions under way at a time, and jobs of each.
      enqueuers: { type: 'string', default: '1' },
      chunk: { type: 'string', default: '10000' },
    },
  });
  if (!modules[values.peer] || !values.dsn) throw new Error('--peer graphile-worker|pg-boss and --dsn are needed');
  const settings = { peer: values.peer, dsn: values.dsn, measure: values.measure, module: modules[values.peer] };
  for (const name of ['children', 'samples', 'processes', 'concurrency', 'batch', 'pollers', 'enqueuers', 'chunk']) {
    settings[name] = Number(values[name]);
  }
  return settings;
}
