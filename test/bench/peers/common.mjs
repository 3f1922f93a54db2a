// What both peers share. A peer is started with a file of JSON that describes its work: port, processes, users (their bodies), groups (of
// each the title and the places of its members among the users), database; it prints one line of JSON when it answers: token, users,
// groups (their ids).
import cluster from "node:cluster";
import { readFileSync } from "node:fs";

export const work = JSON.parse(readFileSync(process.argv[2]));

// The first process calls prepare(), whose answer is printed once so many processes listen; they get it as the argument of serve().
export async function run(prepare, serve) {
    if (!cluster.isPrimary) {
        const app = await serve(JSON.parse(process.env.PREPARED));
        app.listen(work.port, "127.0.0.1");
        return;
    }
    const prepared = await prepare();
    let listening = 0;
    cluster.on("listening", () => {
        listening += 1;
        if (listening === work.processes) console.log(JSON.stringify(prepared));
    });
    cluster.on("exit", () => process.exit(1));
    for (let i = 0; i < work.processes; i++) cluster.fork({ PREPARED: JSON.stringify(prepared) });
}

// Runs fn(item, place) for each item, so many at a time; the results in the order of the items.
export async function each(items, atOnce, fn) {
    const results = [];
    let next = 0;
    const lane = async () => {
        while (next < items.length) {
            const place = next++;
            results[place] = await fn(items[place], place);
        }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    return results;
}
