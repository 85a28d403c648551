"use strict";

const byId = (id) => document.getElementById(id);

const say = (text) => {
  byId("said").textContent = text;
};

const onClick = (id, action) => byId(id).addEventListener("click", action);

const onSubmit = (id, path) =>
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    call(path, { method: "POST", body: new URLSearchParams(new FormData(event.target)) });
  });

// Works before the script is there, and after.
const measure = (call) => (window.rumClient ||= []).push(call);

const call = async (path, options) => {
  const response = await fetch(path, options);
  say(`${path} answered ${response.status}: ${await response.text()}`);
};

const { journey } = document.body.dataset;
if (journey) measure((rum) => rum.journey(journey));

onClick("load", () => call("/simulate-load"));
onClick("error", () => call("/simulate-error"));
onClick("query", () => call("/db-query"));
onClick("network", () => call("/network-check"));
onClick("log", () => call("/log-test"));
onSubmit("login", "/login");
onSubmit("purchase", "/purchase");

const following = { source: undefined };
onClick("events", () => {
  const { source } = following;
  byId("events").setAttribute("aria-pressed", String(!source));
  if (source) {
    source.close();
    following.source = undefined;
    say("Follows no stream any more.");
    return;
  }
  following.source = new EventSource("/events");
  following.source.onmessage = ({ data }) => say(`The event stream says ${data}.`);
});

onClick("socket", () => {
  const socket = new WebSocket(new URL("/socket", location.href.replace(/^http/, "ws")));
  socket.onopen = () => socket.send("hello");
  socket.onmessage = ({ data }) => {
    say(`The WebSocket says ${data}.`);
    socket.close();
  };
});

onClick("download", async () => {
  const response = await fetch("/download");
  const { byteLength } = await response.arrayBuffer();
  say(`Downloaded ${byteLength} bytes.`);
});

const vote = (choice) => {
  measure((rum) => rum.makeCounter("votes_total", { choice }).increment());
  say(`Voted ${choice}.`);
};
onClick("yes", () => vote("yes"));
onClick("no", () => vote("no"));

onClick("search", () => {
  const started = performance.now();
  const found = Array.from({ length: 200_000 }, (_, number) => `product ${number}`).filter((name) => name.includes("777"));
  const took = performance.now() - started;
  measure((rum) => rum.makeHistogram("search_duration_seconds").observe(took));
  say(`Found ${found.length} products in ${Math.round(took)} ms.`);
});

onClick("signup", () => {
  measure((rum) => rum.conversion("signup"));
  say("Signed up: once per session.");
});
onClick("report", () => {
  measure((rum) => rum.error());
  say("Reported.");
});
onClick("throw", () => {
  say("Thrown: nothing caught it.");
  throw new Error("thrown on purpose");
});
