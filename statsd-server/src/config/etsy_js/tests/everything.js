/* Everything that etsy's StatsD can be told, in every form that is read. */
module.exports = ({
  // Where it listens.
  servers: [
    { server: "./servers/udp", address: '0.0.0.0', port: 8125 },
    { server: './servers/tcp', port: 0x1fbd, },
    { server: 'tcp', socket: `/run/statsd.sock`, socket_mod: 0o660 },
    { address_ipv6: true, port: '8127' }
  ],
  mgmt_address: "127.0.0.1", "mgmt_port": 8126,
  title: 'statsd' + "-" + 'été \u{1f600}',
  healthStatus: 'down', debug: !1, dumpMessages: false, automaticConfigReload: true,
  flushInterval: 10 * 1000, // ten seconds
  percentThreshold: [90, 99.9, -10], flush_counts: true,
  calculatedTimerMetrics: ['count', 'mean_percent', 'histogram'],
  histogram: [ { metric: 'foo', bins: [] }, { metric: '', bins: [ .5, 50., 1e2, 'inf'] } ],
  deleteIdleStats: true, deleteGauges: undefined, deleteTimers: null, gaugesMaxTTL: 2,
  prefixStats: 'statsd', keyNameSanitize: true,
  keyFlush: { interval: 60000, percent: 10, log: '/var/log/keys' },
  graphiteHost: 'graphite.example.com', graphitePort: 2003, graphitePicklePort: 2004,
  graphiteProtocol: 'text',
  backends: ['./backends/graphite', './backends/console', './backends/repeater'],
  console: { prettyprint: true },
  graphite: { legacyNamespace: false, globalPrefix: 's', prefixCounter: 'c', prefixTimer: 't',
    prefixGauge: 'g', prefixSet: '', globalSuffix: 'host' },
  repeater: [ { host: '10.10.10.10', port: 8125 }, { host: '::1', port: 8125 } ],
  repeaterProtocol: "udp4",
  log: { backend: 'stdout', application: 'statsd', level: 'LOG_INFO' },
  librato: { includeMetrics: [/^a\/[/]b$/i], 'skip-internal': true }
});
