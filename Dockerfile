# Pareto with every server that its labs need, for who wants nothing of it on his machine.
#
#   docker build -t pareto .
#   docker run --rm -it --shm-size 2g -p 127.0.0.1:4873:4873 pareto     the studio; open its link
#   docker run --rm -it --shm-size 2g pareto run optimistic-locking     one lab
#
# Leave out 127.0.0.1 and every machine in your network can knock; see SECURITY.md.
FROM node:24.21.0-bookworm-slim

# An init that ends what a killed runner has left: the servers are processes of this container.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates tini \
  && rm -rf /var/lib/apt/lists/*

WORKDIR /pareto
COPY package.json package-lock.json ./
COPY bin bin
COPY site/package.json site/
RUN node bin/setup.js && npm cache clean --force

# What `install` needs, so that a change of a lab or of a page does not install everything again.
COPY kit kit
COPY contracts contracts
COPY services services
COPY curriculum curriculum
COPY catalog catalog
COPY compose compose
COPY runner runner
COPY cli cli
RUN node bin/pareto.js install --all --yes && rm -rf /var/lib/apt/lists/* /root/.m2 /root/.npm

COPY . .
RUN ASTRO_TELEMETRY_DISABLED=1 npm run build --workspace site

EXPOSE 4873
ENTRYPOINT ["tini", "-g", "--", "node", "bin/pareto.js"]
CMD ["studio", "--no-open", "--in-container"]
