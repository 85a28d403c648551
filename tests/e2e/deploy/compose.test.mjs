// docker-compose.yml: what docker-compose says of it, and that it is what Prometheus, Grafana and the prober are told of.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import test from "node:test";

import { documents, path, text } from "./files.mjs";

const [{ services, volumes }] = documents("docker-compose.yml");
const [prometheus] = documents("prometheus/prometheus.yml");

/** What a service listens on, where its image has no default that we know. */
const ports = { app: services.app.environment.PORT, prober: text("prober.toml").match(/^listen = "0\.0\.0\.0:(\d+)"$/m)[1] };

/** The defaults of the images. */
const defaults = { prometheus: "9090", alertmanager: "9093", pushgateway: "9091", "node-exporter": "9100", "postgres-exporter": "9187", postgres: "5432", grafana: "3000" };

const listens = { ...defaults, ...ports };

test("docker-compose takes it", () => {
  const { status, stderr, error } = spawnSync("docker-compose", ["-f", path("docker-compose.yml"), "config", "--quiet"], { encoding: "utf8" });
  assert.equal(error, undefined, "docker-compose is not on this machine: install Debian's package docker-compose");
  assert.equal(status, 0, stderr);
});

test("what Prometheus scrapes and tells is a service, and listens there", () => {
  const targets = [...prometheus.scrape_configs, ...prometheus.alerting.alertmanagers].flatMap(({ static_configs }) => static_configs).flatMap(({ targets }) => targets);
  assert.equal(new Set(targets).size, 6);
  for (const target of targets) {
    const [service, port] = target.split(":");
    assert.ok(services[service], target);
    assert.equal(port, listens[service], target);
  }
});

test("whoever asks a service by name asks where it listens", () => {
  const [{ datasources }] = documents("grafana/provisioning/datasources/prometheus.yml");
  const asked = [datasources[0].url, ...text("prober.toml").matchAll(/(?<=url = "|tcp = ")[^"]+/g), `${services["postgres-exporter"].environment.DATA_SOURCE_URI}`].map(String);
  assert.equal(asked.length, 5);
  for (const address of asked) {
    const [service, port] = address.replace("http://", "").split("/")[0].split(":");
    assert.equal(port, listens[service], address);
  }
});

test("what a port of this machine leads to is what its service listens on", () => {
  for (const [name, { ports = [] }] of Object.entries(services)) {
    for (const port of ports) {
      const [address, , inside] = port.split(":");
      assert.equal(address, "127.0.0.1", `${name} is open to the network`);
      assert.equal(inside, listens[name], name);
    }
  }
});

test("what is mounted is there, and is where it is looked for", () => {
  for (const [name, { volumes: mounts = [] }] of Object.entries(services)) {
    for (const [from] of mounts.map((mount) => mount.split(":"))) {
      const known = from.startsWith(".") ? existsSync(path(from)) : from === "/" || Object.hasOwn(volumes, from);
      assert.ok(known, `${name}: ${from}`);
    }
  }
  const inside = (service, from) => services[service].volumes.map((mount) => mount.split(":")).find(([path]) => path === from)[1];
  const [{ providers }] = documents("grafana/provisioning/dashboards/tower-rum.yml");
  assert.equal(providers[0].options.path, inside("grafana", "./grafana/dashboards"));
  assert.equal(inside("grafana", "./grafana/provisioning"), "/etc/grafana/provisioning");
  assert.ok(existsSync(path(services.grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH.replace("/etc/grafana", "grafana"))));
  assert.ok(services.prometheus.command.includes(`--config.file=${inside("prometheus", "./prometheus")}/prometheus.yml`));
  assert.ok(services.alertmanager.command.includes(`--config.file=${inside("alertmanager", "./alertmanager")}/alertmanager.yml`));
  assert.deepEqual(services.prober.command, [inside("prober", "./prober.toml")]);
});

test("images are of one version, and nothing that we build may more than it needs", () => {
  for (const [name, { image, build, read_only, cap_drop }] of Object.entries(services)) {
    if (image) assert.match(image, /:v?\d+\.\d+(\.\d+)?$/, name);
    else {
      assert.deepEqual([read_only, cap_drop], [true, ["ALL"]], name);
      assert.ok(existsSync(path(`${build.context}/examples/${build.args.EXAMPLE}/main.rs`)), name);
    }
  }
  for (const [, base] of text("Dockerfile").matchAll(/^FROM (\S+)/gm)) assert.match(base, /:\d+\.\d+(\.\d+)?-\w+$/);
});
