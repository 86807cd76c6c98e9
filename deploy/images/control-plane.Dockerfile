FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Runbooks.ControlPlane -c Release -o /program

FROM mcr.microsoft.com/dotnet/aspnet:10.0
COPY --from=build /program /opt/runbooks
COPY runbooks /opt/runbooks/runbooks
RUN useradd --system --home-dir /var/lib/runbooks runbooks && install -d -o runbooks -g runbooks -m 0700 /var/lib/runbooks
USER runbooks
EXPOSE 7780 7781
ENTRYPOINT ["/opt/runbooks/Runbooks.ControlPlane"]
