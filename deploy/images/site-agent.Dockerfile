FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Runbooks.SiteAgent -c Release -o /program

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update && apt-get install -y --no-install-recommends qemu-system-x86 && rm -rf /var/lib/apt/lists/*
COPY --from=build /program /opt/runbooks
RUN useradd --system --home-dir /var/lib/runbooks runbooks && install -d -o runbooks -g runbooks -m 0700 /var/lib/runbooks
USER runbooks
EXPOSE 7101
ENTRYPOINT ["/opt/runbooks/Runbooks.SiteAgent"]
