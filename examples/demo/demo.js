"use strict";

const say = (text) => {
  document.getElementById("said").textContent = text;
};

const onClick = (selector, action) => document.querySelector(selector).addEventListener("click", action);

// Works before the script is there, and after.
const measure = (call) => (window.rumClient ||= []).push(call);

const call = async (path) => {
  const response = await fetch(path);
  say(`${path} answered ${response.status}: ${await response.text()}`);
};

const vote = (choice) => {
  measure((rum) => rum.makeCounter("votes_total", { choice }).increment());
  say(`Voted ${choice}.`);
};

onClick("#load", () => call("/simulate-load"));
onClick("#error", () => call("/simulate-error"));
onClick("#report", () => {
  measure((rum) => rum.error());
  say("Reported.");
});
onClick("[data-rum=buy]", () => say("Bought: the click counts under its name."));
onClick("#signup", () => {
  measure((rum) => rum.conversion("signup"));
  say("Signed up: once per session.");
});
onClick("#yes", () => vote("yes"));
onClick("#no", () => vote("no"));
