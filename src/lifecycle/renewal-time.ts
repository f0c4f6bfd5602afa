const TEN_DAYS = 10 * 86_400_000;

/** When a certificate is due: two thirds into its real lifetime, half way where that is ten days or less. */
export function renewalTime(notBefore: Date, notAfter: Date): Date {
  const lifetime = notAfter.getTime() - notBefore.getTime();
  const used = lifetime <= TEN_DAYS ? lifetime / 2 : (lifetime * 2) / 3;
  return new Date(Math.floor((notBefore.getTime() + used) / 1000) * 1000);
}
