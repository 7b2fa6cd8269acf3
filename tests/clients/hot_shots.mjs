// What an application does with npm's `hot-shots`: etsy's dialect or DogStatsD's, as the last argument says.
import { createRequire } from 'node:module';

const StatsD = createRequire(process.env.CLIENTS_NODE_MODULES + '/')('hot-shots');
const [host, port, , dialect] = process.argv.slice(2);

Math.random = () => 0; // Every sampled call is sent.

const options = { host, port: Number(port), prefix: 'js.' };
const client = new StatsD(
    dialect === 'dogstatsd' ? { ...options, globalTags: { env: 'test' } } : options,
);
client.increment('logins');
client.increment('logins', 4);
client.decrement('logins', 2);
client.increment('sampled', 3, 0.1);
client.timing('render', 320);
client.timing('render', 80.5);
client.gauge('depth', 20);
client.gauge('depth', 17.5);
client.set('visitors', 'ada');
client.unique('visitors', 'ada');
client.set('visitors', 'grace');
client.increment(['one', 'other']);
if (dialect === 'dogstatsd') {
    client.increment('tagged', 2, { plan: 'pro', region: 'eu' });
    client.histogram('size', 100);
    client.distribution('ratio', 0.25);
    client.event('Deployed', 'version 7\nto all', { alert_type: 'info' }, { plan: 'pro' });
    client.check('db.up', client.CHECKS.OK, { message: 'fine' }, { plan: 'pro' });
    client.increment('after_the_event');
} else {
    client.gaugeDelta('depth', -3);
    client.gaugeDelta('depth', 5);
}

// Calls that go out together.
const buffered = new StatsD({ ...options, prefix: 'js.buffered.', maxBufferSize: 1000 });
for (let value = 1; value <= 5; value += 1) {
    buffered.increment('logins', value);
    buffered.timing('render', value);
}
buffered.close(() => client.close());
