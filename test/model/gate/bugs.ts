/** Mistakes that can be planted in the gate's model, which must find each. */
export const GATE_BUGS = {
  'a stale reading believed': 'a call begins however old what the forwarder knows is',
  'an older reading taken': 'a reading counts though it is older than what a write gave',
  'told only by what is read': 'a forwarder told to wait forgets that where a reading comes before its write has ended',
  'next moved back': 'instants are bought at the floor though others have bought further on',
  'instants of what it knew': "a purchase's instants are reckoned from the next instant that was known before",
  'rate changed over a purchase': 'the rate is changed though somebody has bought since it was read',
  'lost instants used': 'calls that come too late to their instants begin all the same',
  'change of an older reading': 'cap and level are written though another forwarder changed them meanwhile',
  'a shorter shut': 'the endpoint is shut until then, though it was for longer',
} as const;

export type GateBug = keyof typeof GATE_BUGS;
