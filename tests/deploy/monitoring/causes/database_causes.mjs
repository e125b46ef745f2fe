// What befalls the database. plant: does it, and returns what mends it.
import {field, message} from '../grpc_wire.mjs';
import {repeat} from '../until.mjs';
import {openFleet, submitAllTheTime, watchAllTheTime} from './clients.mjs';

// Somebody's session locks tables, again and again: `locked` seconds, then free for `free`.
const again = (lock, locked, free) => `do $$ begin loop ${lock}; perform pg_sleep(${locked}); commit; perform pg_sleep(${free}); end loop; end $$`;
const once = (lock) => `begin; ${lock}; select pg_sleep(600)`;

export const databaseCauses = [
  {
    cause: 'PostgreSQL is killed while fleets are submitted; deploy/stack up',
    alerts: ['FleetServiceNotReady', 'FleetGaugesStale', 'FleetSubmitErrors', 'FleetSubmitErrorsSlowly'],
    before: ({services}) => submitAllTheTime(services),
    plant: async ({stack}) => {
      stack.killDatabase();
      return () => stack.up();
    },
  },
  {
    cause: 'table fleets is locked for 1.6 s of every 1.8 s while fleets are submitted; the session is ended',
    alerts: ['FleetSubmitLatency', 'FleetDatabaseSlow', 'FleetSubmitLatencySlowly'],
    before: ({services}) => submitAllTheTime(services),
    plant: async ({stack}) => stack.hold(again('lock table fleets in share row exclusive mode', 1.6, 0.2)),
  },
  {
    cause: 'table fleet_intents is locked for 2 s of every 2.3 s while fleets are watched; the session is ended',
    alerts: ['FleetWatchLag', 'FleetWatchLagSlowly'],
    before: ({services}) => watchAllTheTime(services),
    plant: async ({stack}) => stack.hold(again('lock table fleet_intents in access exclusive mode', 2, 0.3)),
  },
  {
    cause: 'the row of dispatch is locked, and a fleet is submitted; the session is ended',
    alerts: ['FleetOldestChildWaiting'],
    plant: async ({stack, load}) => {
      const letGo = await stack.hold(once('select from dispatch_gate for update'));
      const fleet = load.submit('one.txt');
      return () => {
        letGo();
        load.waitFor(fleet, 'COMPLETED');
      };
    },
  },
  {
    cause: 'table fleet_jobs is locked; the session is ended',
    alerts: ['FleetJobFailing'],
    plant: async ({stack}) => stack.hold(once('lock table fleet_jobs in access exclusive mode')),
  },
  {
    cause: 'table fleets is locked, and 10,500 calls ask for a fleet, then 20 a second; the session is ended',
    alerts: ['FleetDatabasePoolExhausted', 'FleetTooManyCalls'],
    plant: async ({stack, services: [service], connect}) => {
      const fleet = await openFleet(service);
      const letGo = await stack.hold(once('lock table fleets in access exclusive mode'));
      const callers = [...Array(8).keys()].map(() => connect('service-1'));
      let turn = 0;
      const ask = () => callers[turn++ % callers.length].call('GetFleet', message(field(1, fleet)));
      for (let i = 0; i < 10_500; ++i) ask();
      const stop = repeat(50, ask);
      return () => {
        stop();
        letGo();
        for (const caller of callers) caller.close();
      };
    },
  },
];
