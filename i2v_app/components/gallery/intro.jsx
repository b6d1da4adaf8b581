// How many there are, and how long each stays.

import { useMessages } from "$/public/external/i2v_app/messages/words/messages.js";

import { length } from "./days.js";

export function Intro({ total, bounds }) {
  const say = useMessages();
  const said = total === null || !bounds ? [] : [say("keeping.count", { count: total }), ...rules(say, bounds)];
  return <p className="gallery-intro">{said.join(" ")}</p>;
}

function rules(say, { retentionHours, keepAtMostHours }) {
  const kept = length(retentionHours);
  const most = length(keepAtMostHours);
  const rule = kept.days ? say("keeping.rule_days", kept) : say("keeping.rule_hours", kept);
  if (keepAtMostHours <= retentionHours) return [rule];
  return [rule, most.days ? say("keeping.most_days", most) : say("keeping.most_hours", most)];
}
