// Everybody logs in at once while a few visitors browse: log-ins may be refused for load, browsing must not notice.

import exec from "k6/execution";
import { Counter } from "k6/metrics";
import type { Options } from "k6/options";
import { buyers, logIn, verify, wasShed } from "../lib/client.ts";
import { arrivals, duration, rate } from "../lib/load.ts";
import { honestThresholds, logInTimes, readTimes, trendStats } from "../lib/thresholds.ts";
import browse from "./browse.ts";

/** Visitors who browse, a second. */
const BROWSING = 2;
const seconds = duration("40s");
const calm = seconds / 4;

export const options: Options = {
  scenarios: {
    calm: arrivals({ exec: "visitor", rate: BROWSING, duration: calm, secondsMax: 6 }),
    storm: arrivals({ exec: "visitor", rate: BROWSING, start: calm, duration: seconds - calm, secondsMax: 6 }),
    logins: arrivals({ exec: "login", rate: rate(20), start: calm, duration: seconds - calm, secondsMax: 12 }),
  },
  thresholds: {
    ...honestThresholds,
    "requests_shed{kind:read}": ["rate==0"],
    "http_req_duration{kind:read,scenario:calm}": readTimes,
    "http_req_duration{kind:read,scenario:storm}": readTimes,
    "http_req_duration{kind:login,expected_response:true}": logInTimes,
    logins_done: ["count>0"],
    logins_refused: ["count>=0"],
  },
  summaryTrendStats: trendStats,
};

const loginsDone = new Counter("logins_done");
const loginsRefused = new Counter("logins_refused");
const emails = buyers();

export function visitor() {
  browse();
}

export function login() {
  const answer = logIn(emails[exec.scenario.iterationInTest % emails.length] ?? "");
  if (verify(answer, { "log-in is answered by a session": () => answer.status === 201 })) loginsDone.add(1);
  if (wasShed(answer)) loginsRefused.add(1);
}
