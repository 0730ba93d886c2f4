/* server.js PACKAGE MAIL PORT USERS PASSWORD: hoodiecrow for many users, for one run.
 *
 * A server of hoodiecrow has one set of mailboxes for all its users. So each user gets one of his
 * own when he logs in, and the connection goes on as one of that. Mail is kept in memory. It is read
 * from the folder MAIL/USER/MAILBOX at LOGIN (see ../memory/hooks.pl), and MAIL/USER/MAILBOX/new
 * is looked into at each command. Nothing is ever written.
 */
"use strict";
const fs = require("fs");
const [packagePath, mail, port, users, password] = process.argv.slice(2);
const hoodiecrow = require(packagePath);

const names = {};
for (let n = 1; n <= Number(users); n++) names["fred" + n] = { password };
const accounts = new Map();

const months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

// Seconds since 1970 and a zone like +0100 as an IMAP date.
function imapDate(seconds, zone) {
    const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5));
    const shift = (zone[0] === "-" ? -minutes : minutes) * 60;
    const d = new Date((Number(seconds) + shift) * 1000);
    const two = (n) => String(n).padStart(2, "0");
    const time = [d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()].map(two).join(":");
    return `${two(d.getUTCDate())}-${months[d.getUTCMonth()]}-${d.getUTCFullYear()} ${time} ${zone}`;
}

function read(path) {
    try {
        return fs.readFileSync(path, "latin1");
    } catch (e) {
        return "";
    }
}

function list(folder) {
    try {
        return fs.readdirSync(folder).filter((name) => name[0] !== ".").sort();
    } catch (e) {
        return [];
    }
}

function readMailbox(folder) {
    const lines = read(folder + "/index").split("\n").filter((line) => line !== "");
    const messages = lines.map((line) => {
        const [file, seconds, zone, ...flags] = line.split(" ");
        const internaldate = imapDate(seconds, zone);
        return { raw: read(folder + "/" + file), internaldate, flags };
    });
    return { messages };
}

// The server of a user: a new one when his INBOX has been provided anew.
function serverOf(user) {
    const home = mail + "/" + user;
    const generation = read(home + "/.generation");
    let account = accounts.get(user);
    if (!account || account.generation !== generation) {
        const folders = {};
        for (const name of list(home))
            if (name !== "INBOX") folders[name] = readMailbox(home + "/" + name);
        const storage = { INBOX: readMailbox(home + "/INBOX"), "": { folders } };
        const server = hoodiecrow({ users: names, storage });
        server.setMaxListeners(0);
        server.setCommandHandler("LOGIN", login);
        account = { generation, server, delivered: new Set() };
        accounts.set(user, account);
    }
    return account;
}

// Takes in what was delivered to any mailbox of the user.
function look(user) {
    const account = accounts.get(user);
    const home = mail + "/" + user;
    for (const name of list(home))
        for (const file of list(home + "/" + name + "/new")) {
            const path = home + "/" + name + "/new/" + file;
            if (account.delivered.has(path)) continue;
            account.delivered.add(path);
            const seconds = Math.floor(fs.statSync(path).mtimeMs / 1000);
            const date = imapDate(seconds, "+0000");
            account.server.appendMessage(name, ["\\Recent"], date, read(path));
        }
}

const builtInLogin = require(packagePath + "/lib/commands/login");

function login(connection, parsed, data, callback) {
    builtInLogin(connection, parsed, data, () => {});
    if (connection.state === "Authenticated" && connection.account === undefined) {
        const user = parsed.attributes[0].value;
        const old = connection.server;
        old.removeListener("notify", connection._notificationCallback);
        connection.server = serverOf(user).server;
        connection.server.on("notify", connection._notificationCallback);
        connection.account = user;
    }
    callback();
}

const front = hoodiecrow({ users: names });
front.setMaxListeners(0);
front.setCommandHandler("LOGIN", login);
front.connectionHandlers.push((connection) => {
    const schedule = connection.scheduleCommand;
    connection.scheduleCommand = function (data) {
        if (connection.account !== undefined) look(connection.account);
        return schedule.call(connection, data);
    };
});
front.listen(Number(port), "127.0.0.1");
