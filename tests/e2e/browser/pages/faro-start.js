GrafanaFaroWebSdk.initializeFaro({url: '/plain', app: {name: 'cost'}, paused: false});
