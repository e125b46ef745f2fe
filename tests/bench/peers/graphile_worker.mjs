// graphile-worker, as its guide says to make it fast (worker.graphile.org/docs/performance): a local queue, completions
// sent together, jobs added in bulk.
import { Logger, makeWorkerUtils, run } from 'graphile-worker';

const logger = new Logger(() => () => {});
const task = 'child';

export async function open(connectionString) {
  const utils = await makeWorkerUtils({ connectionString, logger });
  const specification = (repo) => ({ identifier: task, payload: { repo }, jobKey: `fleet/${repo}` });
  return {
    version: '0.18.0',
    prepare: () => utils.migrate(),
    enqueue: (repos) => utils.addJobs(repos.map(specification)),
    unfinished: 'select count(*)::int as count from graphile_worker._private_jobs',
    close: () => utils.release(),
  };
}

export async function consume(connectionString, settings, handle) {
  const runner = await run({
    connectionString,
    logger,
    noHandleSignals: true,
    taskList: { [task]: (payload) => handle(payload.repo) },
    preset: {
      worker: {
        concurrentJobs: settings.concurrency,
        maxPoolSize: 10,
        pollInterval: 500,
        localQueue: { size: settings.batch },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    },
  });
  return () => runner.stop();
}
