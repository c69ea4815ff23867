export async function path() {}
