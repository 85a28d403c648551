"use strict";

const endpoint = document.currentScript.dataset.endpoint;
const said = document.getElementById("said");

const report = (path, fields) =>
  fetch(path, { method: "POST", body: new URLSearchParams(fields), keepalive: true });

const call = async (path) => {
  const response = await fetch(path);
  said.textContent = `${path} answered ${response.status}: ${await response.text()}`;
};

addEventListener("load", () =>
  // The load event is still under way: its end is known one task later.
  setTimeout(() => {
    const [navigation] = performance.getEntriesByType("navigation");
    report("/log-page-load", { load_time: navigation.loadEventEnd, endpoint });
  }),
);

addEventListener("click", () => report("/log-interaction", { type: "click" }));

document.getElementById("load").onclick = () => call("/simulate-load");
document.getElementById("error").onclick = () => call("/simulate-error");
document.getElementById("report").onclick = async () => {
  await report("/log-user-error", { endpoint, kind: "reported" });
  said.textContent = "Reported.";
};
