/** How far thisUpdate lies in the past, in seconds: a CRL that is not yet valid refuses everybody on a clock that is behind. */
export const BACKDATE = 60;
