"""One request to the local AWS, as a plain client makes it: JSON on standard input, JSON on standard output.

stack.py ENDPOINT REGION, with the credentials in the environment.
"""

import base64
import json
import sys
import time

import botocore.session
from botocore.config import Config

ENDPOINT, REGION = sys.argv[1:3]
SESSION = botocore.session.get_session()


def client(service):
    config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 5})
    return SESSION.create_client(service, region_name=REGION, endpoint_url=ENDPOINT, config=config)


def local(url):
    """Only the path of a queue's URL counts: its host may be AWS's."""
    return ENDPOINT + "/" + url.split("://", 1)[1].split("/", 1)[1]


def keys(bucket):
    pages = client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return [item["Key"] for page in pages for item in page.get("Contents", [])]


def make_buckets(buckets):
    s3 = client("s3")
    for bucket in buckets:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return {}


def put(bucket, objects):
    s3 = client("s3")
    for key, body in objects:
        s3.put_object(Bucket=bucket, Key=key, Body=base64.b64decode(body))
    return {}


def get(bucket, key):
    return {"body": base64.b64encode(client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()).decode()}


def deploy(stack, template, zip, codeBucket, parameters):
    with open(zip, "rb") as file:
        client("s3").put_object(Bucket=codeBucket, Key="function.zip", Body=file.read())
    cloud = client("cloudformation")
    with open(template, encoding="utf-8") as file:
        body = file.read()
    given = {"CodeBucketName": codeBucket, "CodeKey": "function.zip", **parameters}
    cloud.create_stack(
        StackName=stack,
        TemplateBody=body,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in given.items()],
    )
    while True:
        found = cloud.describe_stacks(StackName=stack)["Stacks"][0]
        if not found["StackStatus"].endswith("IN_PROGRESS"):
            break
        time.sleep(0.1)
    # The local AWS keeps a parameter's number as text here, and then its poller fails over it.
    functions = client("lambda")
    for source in functions.list_event_source_mappings(FunctionName=stack)["EventSourceMappings"]:
        limit = int(source["ScalingConfig"]["MaximumConcurrency"])
        functions.update_event_source_mapping(UUID=source["UUID"], ScalingConfig={"MaximumConcurrency": limit})
    resources = cloud.describe_stack_resources(StackName=stack)["StackResources"]
    return {
        "status": found["StackStatus"],
        "reason": found.get("StackStatusReason", ""),
        "outputs": {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])},
        "resources": {part["LogicalResourceId"]: part.get("PhysicalResourceId", "") for part in resources},
    }


def depth(queue):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = client("sqs").get_queue_attributes(QueueUrl=local(queue), AttributeNames=names)["Attributes"]
    return {"depth": sum(int(found[name]) for name in names)}


def receive(queue):
    """All that a queue holds; it is gone from it then."""
    sqs = client("sqs")
    bodies = []
    while True:
        found = sqs.receive_message(QueueUrl=local(queue), MaxNumberOfMessages=10).get("Messages", [])
        if not found:
            return {"bodies": bodies}
        for message in found:
            bodies.append(message["Body"])
            sqs.delete_message(QueueUrl=local(queue), ReceiptHandle=message["ReceiptHandle"])


def narrow(name, statement, without):
    """Gives a role what the template gives it, less one action of one statement."""
    policy = json.loads(document(name)["document"])
    found = next(part for part in policy["Statement"] if part["Sid"] == statement)
    actions = found["Action"] if isinstance(found["Action"], list) else [found["Action"]]
    found["Action"] = [action for action in actions if action != without]
    if found["Action"] == actions:
        raise ValueError("the statement does not allow that action")
    if not found["Action"]:
        policy["Statement"].remove(found)
    return restore(name, json.dumps(policy))


def restore(name, document):
    client("iam").put_role_policy(RoleName=name, PolicyName="pixelater", PolicyDocument=document)
    return {}


def document(name):
    found = client("iam").get_role_policy(RoleName=name, PolicyName="pixelater")["PolicyDocument"]
    return {"document": found if isinstance(found, str) else json.dumps(found)}


def log(group):
    logs = client("logs")
    lines = []
    for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]:
        found = logs.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True)
        lines += [event["message"] for event in found["events"]]
    return {"lines": lines}


ACTIONS = {
    "buckets": make_buckets,
    "put": put,
    "get": get,
    "keys": lambda bucket: {"keys": keys(bucket)},
    "deploy": deploy,
    "depth": depth,
    "receive": receive,
    "narrow": narrow,
    "document": document,
    "restore": restore,
    "log": log,
}

request = json.load(sys.stdin)
json.dump(ACTIONS[request.pop("action")](**request), sys.stdout)
