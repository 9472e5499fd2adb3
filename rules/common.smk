# What all stages share: the protocol, where code and people's sheets are, and the check of people's files.
include: "inputs/common.smk"


wildcard_constraints:
    source="[A-Za-z][A-Za-z0-9_]*",
    round=r"\d{4}-\d{2}-\d{2}",
    stage=protocol.one_of(STAGES),
    outcome=protocol.one_of(OUTCOMES),
    sha="[0-9a-f]{12}",


checkpoint check_inputs:
    input:
        files=lambda w: [
            path for files in people_files(w.scope).values() for _, path in files if os.path.exists(path)
        ],
        schemas=lambda w: sorted(map(str, schemas.FOLDER.glob("*.yaml"))),
        script=script("check_inputs.py"),
        code=code_of("check_inputs.py"),
    output:
        "results/checks/{scope}.json",
    log:
        "results/logs/check_inputs/{scope}.log",
    wildcard_constraints:
        scope="|".join(SCOPES),
    conda:
        "../envs/evergreen.yaml"
    params:
        files=lambda w: as_json(people_files(w.scope)),
        tool=config["risk_of_bias"]["tool"],
        reasons=as_json(list(config["screening"]["reasons"])),
    shell:
        "python {input.script:q} --files {params.files:q} --tool {params.tool:q} --reasons {params.reasons:q}"
        " --out {output:q} > {log:q} 2>&1"
