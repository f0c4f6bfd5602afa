import { parseChoice } from '../../text/choice.ts';
/** The kinds of leaves. `svid` is an X509-SVID; `server` and `client` have one EKU, so they are not SVIDs (X509-SVID §4.4). */
export const PROFILE_NAMES = ['svid', 'server', 'client'] as const;

export type ProfileName = (typeof PROFILE_NAMES)[number];
export const parseProfile = (text: string): ProfileName => parseChoice(text, 'a profile', PROFILE_NAMES);
