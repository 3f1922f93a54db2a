// Begins the portal.
export {};
