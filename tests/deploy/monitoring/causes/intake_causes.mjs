// What callers do to a service.
import {field, message} from '../grpc_wire.mjs';
import {repeat} from '../until.mjs';
import {openFleet, WORKFLOW} from './clients.mjs';

// Some 30 MB.
function largeSubmission() {
  const text = 'x'.repeat(10_000);
  const targets = [...Array(3000).keys()].map((i) => field(5, message(field(1, `acme/unknown-${i}`), field(2, message(field(1, 'TEXT'), field(2, text))))));
  return message(field(2, WORKFLOW), ...targets);
}

export const intakeCauses = [
  {
    cause: 'table repositories is locked, and submissions of 30 MB come, one in two seconds; the session is ended',
    alerts: ['FleetRequestBudgetFull'],
    plant: async ({stack, connect}) => {
      const letGo = await stack.hold('begin; lock table repositories in access exclusive mode; select pg_sleep(600)');
      const caller = connect('service-1');
      const submission = largeSubmission();
      const stop = repeat(2000, () => caller.call('CreateFleet', submission));
      return () => {
        stop();
        letGo();
        caller.close();
      };
    },
  },
  {
    cause: '5,200 watches are opened on a service; they are ended',
    alerts: ['FleetTooManyStreams'],
    plant: async ({services: [service], connect}) => {
      const fleet = await openFleet(service);
      const watchers = [...Array(13).keys()].map(() => connect('service-1'));
      for (const watcher of watchers) {
        for (let i = 0; i < 400; ++i) watcher.open('WatchFleet', field(1, fleet)).resume();
      }
      return () => watchers.forEach((watcher) => watcher.close());
    },
  },
  {
    cause: 'five compressed, five malformed and five too long requests come a second; they stop',
    alerts: ['FleetBadRequests'],
    expected: ['compressed', 'malformed', 'too_long'].map((reason) => ({reason})),
    plant: async ({connect}) => {
      const caller = connect('service-1');
      const long = field(1, 'x'.repeat((1 << 20) + 1));
      return repeat(200, () => Promise.all([
        caller.call('GetFleet', field(1, 'x'), {compressed: true}),
        caller.call('GetFleet', Buffer.from([0x0a, 0x7f])),
        caller.call('GetFleet', long),
      ]));
    },
  },
  {
    cause: 'two watches a second are opened that nobody reads; no more are',
    alerts: ['FleetStreamsDropped'],
    plant: async ({services: [service], connect}) => {
      const fleet = await openFleet(service);
      const deaf = connect('service-1', {initialWindowSize: 0});
      return repeat(500, () => void deaf.open('WatchFleet', field(1, fleet)));
    },
  },
];
