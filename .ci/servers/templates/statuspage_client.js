// Reads a page with the npm client `statuspage.io`: the results of all its reading calls, as one JSON document.
const { Statuspage } = require("statuspage.io");

async function main(url) {
  const client = new Statuspage("shop");
  client.setApiUrl(url);
  const api = client.api;
  const calls = {
    components: () => api.getComponents(),
    status: () => api.getStatus(),
    summary: () => api.getSummary(),
    incidents: () => api.incidents.getAll(),
    unresolved: () => api.incidents.getUnresolved(),
    maintenances: () => api.scheduledMaintenances.getAll(),
    upcoming: () => api.scheduledMaintenances.getUpcoming(),
    active: () => api.scheduledMaintenances.getActive(),
  };
  const all = {};
  for (const [name, call] of Object.entries(calls)) all[name] = await call();
  console.log(JSON.stringify(all));
}

main(process.argv[2]).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
