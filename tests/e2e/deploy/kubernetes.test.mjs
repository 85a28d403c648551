// The manifests: by the schemas of Kubernetes and of the Prometheus Operator, and that they agree with each other.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import test from "node:test";

import { PodMonitor } from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { ConfigMap } from "kubernetes-models/v1/ConfigMap";
import { Service } from "kubernetes-models/v1/Service";

import { documents } from "./files.mjs";

const [deployment, service, policy] = documents("kubernetes/app.yaml");
const [monitor] = documents("kubernetes/pod-monitor.yaml");
const [collectorConfig, collector, collectorService, collectorPolicy] = documents("../collector/kubernetes.yaml");
const pod = deployment.spec.template;
const [container] = pod.spec.containers;
const port = (name) => container.ports.find((port) => port.name === name)?.containerPort;
const set = (name) => container.env.find((variable) => variable.name === name)?.value;

const models = [
  [Deployment, deployment, "kubernetes-models/apps/v1/Deployment"],
  [Service, service, "kubernetes-models/v1/Service"],
  [NetworkPolicy, policy, "kubernetes-models/networking.k8s.io/v1/NetworkPolicy"],
  [PodMonitor, monitor, "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor"],
  [ConfigMap, collectorConfig, "kubernetes-models/v1/ConfigMap"],
  [Deployment, collector, "kubernetes-models/apps/v1/Deployment"],
  [Service, collectorService, "kubernetes-models/v1/Service"],
  [NetworkPolicy, collectorPolicy, "kubernetes-models/networking.k8s.io/v1/NetworkPolicy"],
];

test("their schemas take them", () => {
  for (const [Model, manifest] of models) {
    const { kind, apiVersion } = new Model({});
    assert.deepEqual([manifest.kind, manifest.apiVersion], [kind, apiVersion]);
    new Model(manifest).validate();
  }
});

// The schemas let unknown fields by; the types do not.
test("they have no field that is unknown", () => {
  const file = new URL("manifests.ts", import.meta.url).pathname;
  const types = new Set(models.map(([{ name }, , module]) => `import type { I${name} } from ${JSON.stringify(module)};\n`));
  const written = models.map(([{ name }, manifest], index) => `export const manifest${index} = ${JSON.stringify(manifest)} satisfies I${name};\n`);
  writeFileSync(file, [...types, ...written].join(""));
  try {
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", "--ignoreConfig"];
    const { status, stdout } = spawnSync("npx", ["--no-install", "tsc", ...options, file], { encoding: "utf8", cwd: new URL(".", import.meta.url).pathname });
    assert.equal(status, 0, stdout);
  } finally {
    rmSync(file);
  }
});

test("what is annotated and monitored is where the application listens", () => {
  assert.equal(`${port("http")}`, set("PORT"));
  assert.equal(`${port("metrics")}`, set("OPERATOR_PORT"));
  const annotations = pod.metadata.annotations;
  assert.equal(annotations["prometheus.io/port"], set("OPERATOR_PORT"));
  assert.deepEqual(monitor.spec.podMetricsEndpoints.map(({ port, path }) => [port, path]), [["metrics", annotations["prometheus.io/path"]], ["http", container.readinessProbe.httpGet.path]]);
  for (const probe of [container.readinessProbe.httpGet, container.livenessProbe.tcpSocket]) assert.ok(port(probe.port));
});

test("the operators' port is not the public's", () => {
  assert.deepEqual(service.spec.ports.map(({ targetPort }) => targetPort), ["http"]);
  assert.deepEqual(policy.spec.ingress.map(({ ports, from }) => [ports[0].port, from === undefined]), [["http", true], ["metrics", false]]);
});

test("all of them select the pods, which may do no more than they need", () => {
  const { labels } = pod.metadata;
  for (const selected of [deployment.spec.selector.matchLabels, service.spec.selector, policy.spec.podSelector.matchLabels, monitor.spec.selector.matchLabels]) assert.deepEqual(selected, labels);
  assert.ok(Object.hasOwn(labels, monitor.spec.jobLabel));
  assert.equal(pod.spec.securityContext.runAsNonRoot, true);
  assert.deepEqual(container.securityContext, { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });
});
