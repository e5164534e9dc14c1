// The versions of what passes between the rooms; apart from the schemas, whose library takes long to
// load and which a run does not need.

export const EVENTS_VERSION = 1;
export const EVIDENCE_VERSION = 1;
