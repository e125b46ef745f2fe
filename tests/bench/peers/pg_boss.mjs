// pg-boss, as its documentation says to make it fast: batches of jobs, several pollers a process that go on at once
// while batches come back full, wake-ups by NOTIFY, nothing else running.
import { createHash } from 'node:crypto';
import { PgBoss } from 'pg-boss';

const queue = 'child';

async function connect(connectionString, options) {
  const boss = new PgBoss({ connectionString, max: 10, supervise: false, schedule: false, useListenNotify: true, ...options });
  boss.on('error', (error) => console.error(error.message));
  await boss.start();
  return boss;
}

// The job's id is a function of the fleet and the repository: that is what keeps a child from being enqueued twice.
function jobId(repo) {
  const hex = createHash('md5').update(`fleet/${repo}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20)].join('-');
}

export async function open(connectionString) {
  const boss = await connect(connectionString);
  const job = (repo) => ({ id: jobId(repo), data: { repo } });
  return {
    version: '12.38.0',
    prepare: () => boss.createQueue(queue, { notify: true }),
    async enqueue(repos) {
      // insert() wakes nobody; one job is sent as one is.
      if (repos.length === 1) await boss.send(queue, { repo: repos[0] }, { id: jobId(repos[0]) });
      else await boss.insert(queue, repos.map(job));
    },
    unfinished: "select count(*)::int as count from pgboss.job where state < 'completed'",
    close: () => boss.stop({ graceful: false }),
  };
}

export async function consume(connectionString, settings, handle) {
  const boss = await connect(connectionString);
  const options = {
    batchSize: settings.batch,
    localConcurrency: settings.pollers,
    pollingIntervalSeconds: 0.5,
    burstWhenBatchFull: true,
  };
  await boss.work(queue, options, async (jobs) => {
    for (const job of jobs) handle(job.data.repo);
  });
  return () => boss.stop({ graceful: false });
}
