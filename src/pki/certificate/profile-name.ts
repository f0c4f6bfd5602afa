import { parseChoice } from '../../text/choice.ts';
/** What a leaf is for. `svid` is an X509-SVID; `server` and `client` carry one EKU and so are not (X509-SVID §4.4). */
export const PROFILE_NAMES = ['svid', 'server', 'client'] as const;

export type ProfileName = (typeof PROFILE_NAMES)[number];
export const parseProfile = (text: string): ProfileName => parseChoice(text, 'a profile', PROFILE_NAMES);
